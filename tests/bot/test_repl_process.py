"""The REPL as a real process: in a pipe, and on a terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pexpect

ROOT = Path(__file__).parents[2]
START_S = 60.0
"""A first start compiles what it imports, and the machine may be busy."""


def test_a_question_from_a_pipe(data_dir: Path) -> None:
    command = [sys.executable, "-m", "bot", "repl", "--data-dir", str(data_dir)]
    questions = "Quando riaprirà il ponte sul Lesina?\n\n/nope\nq\nnever asked\n"
    done = subprocess.run(command, cwd=ROOT, input=questions, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("kilde> Quando riaprirà il ponte sul Lesina?\nIl ponte sul torrente Lesina riaprirà")
    assert "\n\nkilde> /nope\n/nope is not a command." in done.stdout
    assert done.stdout.endswith("\n\nkilde> q\n")


def test_an_empty_folder_in_a_pipe(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "repl", "--data-dir", str(tmp_path / "none")]
    done = subprocess.run(command, cwd=ROOT, input="Chi?\n", capture_output=True, text=True, check=True)
    assert done.stdout == (
        "kilde> Chi?\nThe library articles holds no articles yet."
        f" Fill it with: kilde index PATH --data-dir {tmp_path / 'none'}\n\n"
    )
    assert not (tmp_path / "none").exists()


def test_on_a_terminal(data_dir: Path) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "bot", "repl", "--data-dir", str(data_dir)],
        cwd=str(ROOT),
        encoding="utf-8",
        dimensions=(24, 80),
        timeout=START_S,
    )
    try:
        child.expect_exact("Kilde. Ask a question, or /help; Ctrl-D leaves.")
        child.expect_exact("kilde>")  # the blank after it is a movement of the cursor
        child.sendintr()  # clears the line
        child.send("Quando riaprirà il ponte sul Lesina?\r")
        child.expect_exact("Il ponte sul torrente Lesina riaprirà")
        child.expect_exact("kilde>")
        child.send("/open 1\r")
        child.expect_exact("Il ponte di Valmora riapre")  # its title, which is no part of the answer
        child.expect_exact("Lo ha detto la sindaca")
        child.expect_exact("kilde>")  # Ctrl-D is for the prompt; before it, the terminal would swallow it
        child.sendeof()
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 0
    finally:
        child.close(force=True)
