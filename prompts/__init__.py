"""Prompts for language models: one Markdown file each, and the loader that checks their placeholders."""

from __future__ import annotations

from prompts.loader import Prompt, PromptError, load_prompt

__all__ = ["Prompt", "PromptError", "load_prompt"]
