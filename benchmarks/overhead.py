"""What a written answer costs beside the model: time until the request is sent, and from the last word to the answer.

    python -m benchmarks.overhead

A server on this machine writes like a model, with a pause before the first word and a sentence of the passages that it
was sent, so that it passes the checks. The library is that of ``benchmarks.retrieval`` (a), with the bundled embedding.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from benchmarks.cached_embedding import CachedEmbedding
from benchmarks.datasets import DEFAULT_DATA, norquad, xquad
from benchmarks.retrieval import aim, open_library
from retrieval import Library
from retrieval.models import Answer
from retrieval.settings import Settings

FIRST_WORD_S, PIECE_S = 0.4, 0.02
"""As fast as a good server with a model of some billions of parameters."""


class PacedServer(BaseHTTPRequestHandler):
    """Streams a sentence of the prompt's second passage; keeps when each request came and ended."""

    protocol_version = "HTTP/1.1"
    times: tuple[list[float], list[float]] = ([], [])

    def do_POST(self) -> None:
        """Answer one chat completion, unless Kilde refuses the question meanwhile and hangs up."""
        with suppress(ConnectionError):
            self._answer()

    def _answer(self) -> None:
        self.times[0].append(time.perf_counter())
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = body["messages"][-1]["content"]
        found = re.findall(r"^\[(\d+\.\d+)\] (.{40,})$", prompt, flags=re.MULTILINE)
        number, sentence = found[0] if found else ("1.1", "")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        time.sleep(FIRST_WORD_S)
        words = f"USED: [{number}]\n{sentence} [{number}]\n".split(" ")
        for place, word in enumerate(words):
            self._event({"delta": {"content": word if place == 0 else f" {word}"}, "finish_reason": None})
            time.sleep(PIECE_S)
        self._event({"delta": {}, "finish_reason": "stop"})
        self.wfile.write(b"data: [DONE]\n\n")
        self.times[1].append(time.perf_counter())
        self.close_connection = True

    def _event(self, choice: dict[str, object]) -> None:
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "paced",
                 "choices": [{"index": 0, **choice}]}  # fmt: skip
        self.wfile.write(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def main() -> None:
    """Print the percentiles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--questions", type=int, default=60)
    arguments = parser.parse_args()
    documents, questions = xquad(arguments.data)
    norwegian, asked_in_norwegian = norquad(arguments.data)
    italian = [document for document in documents if document.language == "it"]
    open_library("a", italian + norwegian, arguments.work, CachedEmbedding(arguments.work / "vectors.sqlite")).close()
    aimed = [question.text for question, _ in aim(questions, {"it"}) if question.language in {"it", "en", "de"}]
    texts = [*aimed, *(question.text for question in asked_in_norwegian)]
    step = max(1, len(texts) // arguments.questions)
    server = ThreadingHTTPServer(("127.0.0.1", 0), PacedServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = Settings(
        data_dir=arguments.work / "library-a" / "data",
        llm="openai-like:paced",
        llm_url=f"http://127.0.0.1:{server.server_address[1]}/v1",
    )
    with Library.open(settings=settings, create=False) as library:
        library.load()
        library.ask(texts[0])
        report(library, texts[1::step][: arguments.questions])
    server.shutdown()


def report(library: Library, texts: Sequence[str]) -> None:
    """Ask, and tell the time beside the model for written answers and for the others."""
    came, ended = PacedServer.times
    beside: dict[str, list[float]] = {"before the request": [], "after the last word": [], "both": [], "all": []}
    modes: dict[str, int] = {}
    for text in texts:
        came.clear()
        ended.clear()
        started = time.perf_counter()
        answer = library.ask(text)
        finished = time.perf_counter()
        mode = answer.mode if isinstance(answer, Answer) else "refused"
        modes[mode] = modes.get(mode, 0) + 1
        if mode != "generative":
            continue
        model_s = sum(end - start for start, end in zip(came, ended, strict=True))
        beside["before the request"].append(came[0] - started)
        beside["after the last word"].append(finished - ended[-1])
        beside["both"].append(finished - started - model_s)
        beside["all"].append(finished - started)
    print(modes)
    for name, seconds in beside.items():
        p50, p95 = np.percentile(seconds, [50, 95]) * 1000
        print(f"{name:20} p50 {p50:6.0f} ms   p95 {p95:6.0f} ms")


if __name__ == "__main__":
    main()
