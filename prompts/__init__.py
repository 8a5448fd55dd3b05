"""Prompts for language models: one Markdown file each, and the loader that checks their placeholders."""

from __future__ import annotations

from prompts.loader import PLACEHOLDERS, Prompt, PromptError, load_prompt, load_prompts

__all__ = ["PLACEHOLDERS", "Prompt", "PromptError", "load_prompt", "load_prompts"]
