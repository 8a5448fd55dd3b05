"""A model on the scripted server."""

from __future__ import annotations

from tests.retrieval.answer.llm.conftest import load_model, scripted_server

__all__ = ["load_model", "scripted_server"]
