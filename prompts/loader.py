"""Loads a prompt and checks every placeholder."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

_PLACEHOLDER = re.compile(r"\{\{ *(\w+) *\}\}")
"""``{{ name }}``: double braces, so that JSON in a prompt stays as it is."""


class PromptError(Exception):
    """A prompt is missing, or its placeholders are not the expected ones."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text with placeholders, all of them known."""

    name: str
    template: str

    @property
    def placeholders(self) -> frozenset[str]:
        """Names that `render` needs."""
        return frozenset(_PLACEHOLDER.findall(self.template))

    def render(self, values: Mapping[str, str]) -> str:
        """Fills in every placeholder; what a value holds is never taken for a placeholder.

        Raises:
            PromptError: A value is missing or belongs to no placeholder.
        """
        _compare(self.name, self.placeholders, frozenset(values), found="given")
        return _PLACEHOLDER.sub(lambda match: values[match[1]], self.template)


def load_prompt(name: str, placeholders: Collection[str], *, folder: Traversable | None = None) -> Prompt:
    """Reads ``NAME.md`` and checks its placeholders, so that a slip in a prompt shows at start-up.

    Args:
        name: The file's name without ``.md``.
        placeholders: Exactly the names that the code will fill in.
        folder: Where the file lies; by default in this package.

    Raises:
        PromptError: There is no such prompt, or its placeholders are others.
    """
    place = resources.files("prompts") if folder is None else folder
    file = place.joinpath(f"{name}.md")
    if not file.is_file():
        raise PromptError(f"There is no prompt {name}.md in {place}.")
    prompt = Prompt(name, file.read_text(encoding="utf-8"))
    _compare(name, frozenset(placeholders), prompt.placeholders, found="in the file")
    return prompt


def _compare(name: str, wanted: frozenset[str], given: frozenset[str], *, found: str) -> None:
    problems = [f"{{{{ {key} }}}} is missing" for key in sorted(wanted - given)]
    problems += [f"{{{{ {key} }}}} is unknown" for key in sorted(given - wanted)]
    if problems:
        raise PromptError(f"Prompt {name}.md: {', '.join(problems)} ({found}: {', '.join(sorted(given)) or 'none'}).")
