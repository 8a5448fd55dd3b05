from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.errors import LibraryBusyError, StoreError
from retrieval.index.lock import writer_lock

HOLD = """
import sys, time
from pathlib import Path
from retrieval.index.lock import writer_lock
with writer_lock(Path(sys.argv[1]), timeout_s=0):
    print("held", flush=True)
    time.sleep(60)
"""
PROJECT = Path(__file__).parents[3]


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        told = rf"is being written by process {holder.pid}, since \d{{4}}-\d\d-\d\d .*KILDE_LOCK_TIMEOUT_S"
        with pytest.raises(LibraryBusyError, match=told), writer_lock(tmp_path, timeout_s=0.1):
            pass
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        holder.stdout.close()
    with writer_lock(tmp_path, timeout_s=0):  # what a killed process held is free
        assert f'"pid": {os.getpid()}' in (tmp_path / "writer.json").read_text(encoding="utf-8")
    assert not (tmp_path / "writer.json").exists()


def test_a_writer_waits_for_the_other(tmp_path: Path) -> None:
    short = HOLD.replace("60", "0.4")
    with subprocess.Popen([sys.executable, "-c", short, tmp_path], stdout=subprocess.PIPE, cwd=PROJECT) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with writer_lock(tmp_path, timeout_s=20):
            pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "data"
    with pytest.raises(StoreError, match=re.escape(f"{target} cannot be made")), writer_lock(target, timeout_s=0):
        pass
