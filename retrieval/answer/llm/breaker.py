"""Leaves a failing server alone for a while, so that each question does not wait for it anew."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pybreaker

from retrieval.errors import ModelError

FAILURES = 3
PAUSE_S = 30.0
COUNTED = frozenset({"unreachable", "slow", "stalled", "server", "busy"})
"""Failures of the server itself; a wrong key or name is answered at once, and says nothing about the next request."""


class Breaker:
    """Lets requests through, or not.

    pybreaker counts, keeps the time and changes the state. It is told outcomes after the fact: its own wrappers know
    asynchronous calls only from tornado, and take a cancelled call for a success. All calls come from one event loop.
    """

    def __init__(self, name: str, *, failures: int = FAILURES, pause_s: float = PAUSE_S) -> None:
        self._name = name
        self._pause_s = pause_s
        self._storage = pybreaker.CircuitMemoryStorage(pybreaker.STATE_CLOSED)
        self._circuit = pybreaker.CircuitBreaker(fail_max=failures, reset_timeout=pause_s, state_storage=self._storage)
        self._last: ModelError | None = None
        self._trying = False

    def check(self) -> None:
        """Raises if a request has no chance now.

        Raises:
            ModelError: The server just failed several times, and its pause is not over.
        """
        if self._circuit.current_state == pybreaker.STATE_CLOSED:
            return
        left_s = self._left_s()
        if left_s > 0 or self._trying:
            when = f"It is tried again in {left_s:.0f} s" if left_s > 0 else "One request is trying it now"
            raise ModelError(
                f"{self._name} is left alone after {self._circuit.fail_counter} failures in a row. {when}. "
                f"The last one: {self._last}",
                reason="open",
            )

    def admit(self) -> None:
        """Let one request through; `record` or `abandon` must follow.

        Raises:
            ModelError: As `check`; after the pause only one request is let through until it has ended.
        """
        self.check()
        if self._circuit.current_state != pybreaker.STATE_CLOSED:
            self._circuit.half_open()
            self._trying = True

    def record(self, error: ModelError | None) -> None:
        """How an admitted request ended; None: well."""
        self._trying = False
        if error is not None and error.reason in COUNTED and error.retryable:
            self._last = error
            with suppress(ModelError, pybreaker.CircuitBreakerError):
                self._circuit.call(_fail, error)
        elif self._circuit.current_state != pybreaker.STATE_OPEN:  # opened by others while this one ran: it stays
            self._circuit.call(_succeed)

    def abandon(self) -> None:
        """An admitted request was stopped before it told anything about the server."""
        self._trying = False

    def _left_s(self) -> float:
        opened = self._storage.opened_at
        if opened is None or self._circuit.current_state != pybreaker.STATE_OPEN:
            return 0.0
        return (opened + timedelta(seconds=self._pause_s) - datetime.now(UTC)).total_seconds()


def _fail(error: ModelError) -> None:
    raise error


def _succeed() -> None:
    return None
