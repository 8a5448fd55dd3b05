"""The outcome of one check of ``kilde doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was found, and where something is wrong, the fix."""

    name: str
    state: State
    found: str
    fix: str = ""
