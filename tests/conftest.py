"""For all tests."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import settings

# Before the embedding model is loaded: two workers with as many threads as cores each would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples on every run and machine; a slow machine is no failure, and the working folder stays as it is.
settings.register_profile("kilde", derandomize=True, deadline=None, database=None)
settings.load_profile("kilde")


@dataclass
class EmbeddingServer:
    """What a real OpenAI-compatible server at ``url`` does with each request for embeddings."""

    url: str
    model: str = "letters"
    dimension: int = 32
    salt: str = ""
    """Another one makes another model."""
    key: str | None = None
    most_chars: int = 100_000
    failures: list[int] = field(default_factory=list)
    """Statuses of the next answers."""
    page: str = ""
    """Answered instead of JSON."""
    asked: list[list[str]] = field(default_factory=list)

    def vector(self, text: str) -> list[float]:
        """Counts of three letters in a row, each at a place that a hash chooses: like texts have like vectors."""
        vector = [0.1] * self.dimension
        for start in range(len(text) - 2):
            place = hashlib.sha256((self.salt + text[start : start + 3].lower()).encode()).digest()
            vector[place[0] % self.dimension] += 1 if place[1] % 2 else -1
        return vector

    def answer(self, body: dict[str, Any], authorization: str) -> tuple[int, Any]:
        """Status and content of one answer."""
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        self.asked.append(texts)
        if self.failures:
            return self.failures.pop(0), {"error": {"message": "out of order"}}
        if self.key is not None and authorization != f"Bearer {self.key}":
            return 401, {"error": {"message": "wrong key"}}
        if body["model"] != self.model:
            return 404, {"error": {"message": f"no model {body['model']}"}}
        if any(len(text) > self.most_chars for text in texts):
            return 400, {"error": {"message": "too many tokens"}}
        data = [{"object": "embedding", "index": n, "embedding": self.vector(text)} for n, text in enumerate(texts)]
        return 200, {
            "object": "list",
            "model": self.model,
            "data": data,
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        }


@pytest.fixture
def embedding_server() -> Iterator[EmbeddingServer]:
    from retrieval.index import embedding_models

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = self.path == "/v1/embeddings"
            status, content = server.answer(body, self.headers["Authorization"]) if known else (404, {})
            sent = server.page.encode() or json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if server.page else "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server = EmbeddingServer(f"http://127.0.0.1:{listener.server_port}/v1")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        listener.shutdown()
        thread.join()
    embedding_models._load_served.cache_clear()  # its clients hold connections to this server


@pytest.fixture(scope="session", autouse=True)
def _hear_ctrl_c() -> None:
    """A shell without job control lets what it starts in the background ignore Ctrl-C, which several tests press."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
