from __future__ import annotations

import threading
import time

import pytest

from bot.repl.worker import Worker


def test_jobs_run_in_order_in_one_other_thread() -> None:
    worker = Worker()
    threads: list[int] = []
    assert [worker.run(lambda: threads.append(threading.get_ident()) or len(threads)) for _ in range(3)] == [1, 2, 3]
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()
    assert worker.close(timeout_s=5)


def test_an_error_arrives_where_it_is_waited_for() -> None:
    worker = Worker()

    def fail() -> None:
        raise TimeoutError("too slow")

    with pytest.raises(TimeoutError, match="too slow"):
        worker.run(fail)
    assert worker.run(lambda: "still there") == "still there"
    worker.close(timeout_s=5)


def test_a_long_wait_is_shown_and_its_end_too() -> None:
    shown: list[bool] = []
    worker = Worker(shown.append)
    worker.run(lambda: None)
    worker.run(lambda: time.sleep(0.5))
    assert shown == [True, False]
    worker.close(timeout_s=5)


def test_closing_does_not_wait_for_ever() -> None:
    release = threading.Event()
    worker = Worker()
    worker.submit(release.wait)
    assert not worker.close(timeout_s=0.05)
    release.set()
