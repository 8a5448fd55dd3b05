"""An OpenAI-compatible and Ollama-like HTTP server on 127.0.0.1 that answers each request by a script.

A fixture `scripted_server` gives one; scripts are used up in order, and a request without a script is answered 500
and recorded as unexpected, which fails the test at its end.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Script:
    """How one request is answered.

    Attributes:
        pieces: Texts of the answer, each an event; numbers are pauses in seconds.
        status: Other than 200, `body` is the whole answer.
        raw: Sent instead of events, after the headers.
        cut: Close the connection after the pieces, without the end of the stream.
        clean_cut: The same, but as if the body were complete.
        hang_up: Close the connection without any answer.
        usage: Sent at the end if the request asks for it.
        refuse: Answer 400 if the request has this field.
    """

    pieces: Sequence[str | float] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    raw: bytes | None = None
    cut: bool = False
    clean_cut: bool = False
    hang_up: bool = False
    usage: dict[str, Any] | None = None
    refuse: str | None = None


@dataclass
class Recorded:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set when the client closed the connection before the answer was complete."""


class _HungUpError(Exception):
    pass


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them

    def handle_error(self, *_: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that is gone, between two requests
            super().handle_error(*_)


class ScriptedServer:
    """The server with its scripts and what it saw."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.requests: list[Recorded] = []
        self.unexpected: list[Recorded] = []
        self.models: list[str] | None = None
        """What `/models` lists; None: it is not there."""
        self.running = 0
        self.most_running = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http = _HTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        """For `KILDE_LLM_URL` with openai-like; for ollama it is `address`."""
        return f"{self.address}/v1"

    def add(self, *pieces: str | float, **options: Any) -> None:
        """Script of the next request."""
        self.scripts.append(Script(pieces, **options))

    def wait_for_request(self, number: int = 1, timeout_s: float = 10.0) -> Recorded:
        """The request with this number, once it came."""
        until = time.monotonic() + timeout_s
        while len(self.requests) < number:
            assert time.monotonic() < until, f"{len(self.requests)} requests came, not {number}"
            time.sleep(0.002)
        return self.requests[number - 1]

    def close(self) -> None:
        self._closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()  # waits for the requests' threads

    def take(self, recorded: Recorded) -> Script:
        with self._lock:
            self.requests.append(recorded)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            if self.scripts:
                return self.scripts.pop(0)
            self.unexpected.append(recorded)
            return Script(status=500, body="unexpected request")

    def done(self) -> None:
        with self._lock:
            self.running -= 1

    def pause(self, seconds: float, connection: socket.socket) -> None:
        """Wait, but look whether the client hangs up."""
        until = time.monotonic() + seconds
        while True:
            with suppress(BlockingIOError):
                if connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"":
                    raise _HungUpError
            if time.monotonic() >= until or self._closing.is_set():
                return
            time.sleep(0.005)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(_Handler):
            scripted = server

        return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scripted: ScriptedServer

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:  # the name that http.server calls
        models = self.scripted.models
        known = self.path == "/v1/models" and models is not None
        self._whole(200 if known else 404, {"data": [{"id": name} for name in models or ()]}, {})

    def do_POST(self) -> None:  # the name that http.server calls
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        recorded = Recorded(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        script = self.scripted.take(recorded)
        try:
            self._answer(script, body)
        except (_HungUpError, ConnectionError):
            recorded.hung_up.set()
            self.close_connection = True
        finally:
            self.close_connection = True  # a kept one would keep the server from closing when a test fails
            self.scripted.done()

    def _answer(self, script: Script, body: dict[str, Any]) -> None:
        if script.hang_up:
            self.close_connection = True
            return
        if script.refuse and script.refuse in body:
            refusal = {"error": {"message": f"Unknown field: {script.refuse}", "type": "invalid_request_error"}}
            self._whole(400, refusal, script.headers)
            return
        if script.status != 200:
            self._whole(script.status, script.body, script.headers)
            return
        self.send_response(200)
        ollama = self.path == "/api/chat"
        self.send_header("Content-Type", "application/x-ndjson" if ollama else "text/event-stream")
        self.send_header("Connection", "close")
        if not script.clean_cut:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._chunked = not script.clean_cut
        if script.raw is not None:
            self._send(script.raw)
        for piece in script.pieces:
            if isinstance(piece, str):
                self._send(_ollama_line(piece) if ollama else _event(piece))
            else:
                self.scripted.pause(piece, self.connection)
        if script.cut or script.clean_cut:
            self.close_connection = True
            return
        if script.raw is None:
            self._send(_ollama_end(script) if ollama else _end(script, body))
        self._send(b"")

    def _whole(self, status: int, body: Any, headers: dict[str, str]) -> None:
        text = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def _send(self, data: bytes) -> None:
        self.scripted.pause(0.0, self.connection)
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data)
        self.wfile.flush()


def _event(text: str | None, *, finish: str | None = None) -> bytes:
    delta = {} if text is None else {"role": "assistant", "content": text}
    return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(fields: dict[str, Any]) -> bytes:
    whole = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", **fields}
    return b"data: " + json.dumps(whole).encode() + b"\n\n"


def _end(script: Script, body: dict[str, Any]) -> bytes:
    end = _event(None, finish="stop")
    if script.usage and body.get("stream_options", {}).get("include_usage"):
        end += _data({"choices": [], "usage": script.usage})
    return end + b"data: [DONE]\n\n"


def _ollama_line(text: str, **fields: Any) -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps({"model": "scripted", "message": message, "done": False, **fields}).encode() + b"\n"


def _ollama_end(script: Script) -> bytes:
    return _ollama_line("", done=True, done_reason="stop", **(script.usage or {}))


@pytest.fixture
def scripted_server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    try:
        yield server
    finally:
        server.close()
    assert not server.unexpected, f"nobody expected these requests: {server.unexpected}"
