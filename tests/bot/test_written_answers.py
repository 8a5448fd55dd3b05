"""Answers that a language model writes, from a scripted server over HTTP to what the person sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.retrieval.answer.llm.scripted_server import ScriptedServer

ROOT = Path(__file__).parents[2]
START_S = 90.0
"""A first start compiles what it imports, and the machine may be busy."""
QUESTION = "Quando riapre il ponte sul torrente Lesina?"
WRITTEN = "Il ponte sul torrente Lesina riaprirà il 3 marzo 2025."
INVENTED = "Il ponte è costato nove milioni di euro."
REPLY = f"USED: [1.2]\n{WRITTEN} [1.2]\n"


@pytest.fixture
def environment(scripted_server: ScriptedServer) -> dict[str, str]:
    settings = {"KILDE_LLM": "openai-like:test", "KILDE_LLM_URL": scripted_server.url}
    return {**os.environ, **settings, "TERM": "xterm", "NO_COLOR": "1"}


def ask(data_dir: Path, environment: dict[str, str], *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "ask", "--data-dir", str(data_dir), *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=START_S, **options
    )


def test_json_tells_what_the_model_did(
    data_dir: Path, environment: dict[str, str], scripted_server: ScriptedServer
) -> None:
    usage = {"prompt_tokens": 300, "completion_tokens": 30, "total_tokens": 330}
    scripted_server.add(f"{REPLY}{INVENTED} [1.2]\n", usage=usage)
    scripted_server.add("USED: none\n", usage=usage)
    done = ask(data_dir, environment, QUESTION, "--json")
    line = json.loads(done.stdout)
    assert (line["mode"], line["answer"], line["fallback"]) == ("generative", WRITTEN, None)
    model = line["model"]
    assert (model["name"], model["requests"], model["prompt_tokens"]) == ("openai-like:test", 2, 600)
    assert [one["text"] for one in model["dropped"]] == [INVENTED]
    assert line["citations"][0]["quote"] == WRITTEN


def test_a_failing_model_is_told_in_one_line(
    data_dir: Path, environment: dict[str, str], scripted_server: ScriptedServer
) -> None:
    scripted_server.add(status=401, body={"error": {"message": "no"}})
    done = ask(data_dir, environment, QUESTION)
    answer, why, blank, citation, *_ = done.stdout.splitlines()
    assert answer == f"{WRITTEN} [1]"
    assert why.startswith("Citato: openai-like:test at ")
    assert why.endswith("refused the key (401). Set KILDE_LLM_KEY.")
    assert (blank, citation) == ("", f"[1] “{WRITTEN}”")
    assert done.returncode == 0


def test_a_batch_line_chooses_the_answers_language(
    data_dir: Path, environment: dict[str, str], scripted_server: ScriptedServer
) -> None:
    scripted_server.add(REPLY)
    lines = [{"id": 1, "question": QUESTION, "answer_language": "it"}, {"id": 2, "question": QUESTION}]
    lines[1]["answer_language"] = "Italian"
    done = ask(data_dir, environment, "--batch", "-", input="\n".join(map(json.dumps, lines)))
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["mode"] == "generative"
    assert "Italian" in json.dumps(scripted_server.requests[0].body)
    assert second["error"]["message"].startswith("'Italian' is not a language code; use ISO 639-1")


def test_given_passages_are_written_from_in_the_language_that_is_wanted(
    data_dir: Path, environment: dict[str, str], scripted_server: ScriptedServer
) -> None:
    scripted_server.add("USED: [1.1]\nBroen åpner igjen 3. mars 2025. [1.1]\n")
    line = {"question": QUESTION, "passages": [WRITTEN], "answer_language": "nb"}
    done = ask(data_dir, environment, "--batch", "-", input=json.dumps(line))
    found = json.loads(done.stdout)
    assert (found["error"], found["model"]["requests"] > 0) == (None, True)
    assert "Norwegian" in json.dumps(scripted_server.requests[0].body)


def test_sentences_come_as_they_are_checked_and_ctrl_c_stops_the_model(
    data_dir: Path, environment: dict[str, str], scripted_server: ScriptedServer
) -> None:
    scripted_server.add(REPLY, 60.0, "never read")
    command = ["-m", "bot", "ask", "--data-dir", str(data_dir), QUESTION]
    child = pexpect.spawn(
        sys.executable, command, cwd=str(ROOT), env=environment, encoding="utf-8", dimensions=(24, 80), timeout=START_S
    )
    try:
        child.expect_exact(f"{WRITTEN} [1]")
        child.sendintr()
        child.expect_exact("stopped.")
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 130
        assert scripted_server.requests[0].hung_up.wait(10)
    finally:
        child.close(force=True)


def test_in_the_prompt_ctrl_c_stops_the_model_and_the_next_question_is_answered(
    data_dir: Path, environment: dict[str, str], scripted_server: ScriptedServer
) -> None:
    scripted_server.add(REPLY, 60.0, "never read")
    scripted_server.add(REPLY)
    command = ["-m", "bot", "repl", "--data-dir", str(data_dir)]
    child = pexpect.spawn(
        sys.executable, command, cwd=str(ROOT), env=environment, encoding="utf-8", dimensions=(24, 80), timeout=START_S
    )
    try:
        child.expect_exact("kilde>")
        child.send(f"{QUESTION}\r")
        child.expect_exact(f"{WRITTEN} [1]")
        child.sendintr()
        child.expect_exact("(cancelled)")
        assert scripted_server.requests[0].hung_up.wait(10)
        child.expect_exact("kilde>")
        child.send(f"{QUESTION}\r")
        child.expect_exact(f"{WRITTEN} [1]")
        child.expect_exact("ponte.txt")
        child.expect_exact("kilde>")
        child.sendeof()
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
