"""Loads a prompt and checks every placeholder."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "answer": frozenset({"passages", "question", "language"}),
    "repair": frozenset({"problems", "language"}),
    "follow_up": frozenset({"conversation", "question", "language"}),
    "check": frozenset({"sentences", "claim"}),
}
"""The prompts that there are, with the names that each must hold."""

_PLACEHOLDER = re.compile(r"\{\{ *(\w+) *\}\}")
"""``{{ name }}``: double braces, so that JSON in a prompt stays as it is."""
_BREAK = re.compile(r"^---[ \t]*\n", flags=re.MULTILINE)


class PromptError(Exception):
    """A prompt is missing, or its placeholders are not the expected ones."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text with placeholders, all of them known.

    What stands above a line of three dashes are the rules, the same for every question, so that a model can keep what
    it made of them; below it stands what is filled in.
    """

    name: str
    rules: str
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
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PromptError(f"Prompt {name}.md in {place} is not UTF-8 text ({error}).") from error
    rules, line, template = _partition(text)
    if _PLACEHOLDER.search(rules) and line:
        raise PromptError(f"Prompt {name}.md: placeholders stand below the line of three dashes only.")
    prompt = Prompt(name, rules.strip(), template.strip())
    _compare(name, frozenset(placeholders), prompt.placeholders, found="in the file")
    return prompt


def load_prompts(folder: Traversable | None = None) -> dict[str, Prompt]:
    """All prompts by name.

    Args:
        folder: Holds those that replace ours, as ``answer.md`` and so on; any other Markdown file there is an error,
            since it would be read by nobody.

    Raises:
        PromptError: One of them cannot be used, or the folder holds none.
    """
    own: set[str] = set()
    if folder is not None:
        if not folder.is_dir():
            raise PromptError(f"The folder of prompts {folder} does not exist.")
        own = {file.name.removesuffix(".md") for file in folder.iterdir() if file.name.endswith(".md")}
        unknown = own - set(PLACEHOLDERS)
        if unknown or not own:
            found = (
                f"{', '.join(f'{name}.md' for name in sorted(unknown))} in it is none" if unknown else "it holds none"
            )
            raise PromptError(
                f"The folder of prompts {folder} may hold {', '.join(f'{name}.md' for name in PLACEHOLDERS)}; {found}."
            )
    return {
        name: load_prompt(name, placeholders, folder=folder if name in own else None)
        for name, placeholders in PLACEHOLDERS.items()
    }


def _partition(text: str) -> tuple[str, bool, str]:
    """Rules, whether there is a line of dashes, and the rest."""
    parts = _BREAK.split(text, maxsplit=1)
    return (parts[0], True, parts[1]) if len(parts) > 1 else ("", False, text)


def _compare(name: str, wanted: frozenset[str], given: frozenset[str], *, found: str) -> None:
    problems = [f"{{{{ {key} }}}} is missing" for key in sorted(wanted - given)]
    problems += [f"{{{{ {key} }}}} is unknown" for key in sorted(given - wanted)]
    if problems:
        raise PromptError(f"Prompt {name}.md: {', '.join(problems)} ({found}: {', '.join(sorted(given)) or 'none'}).")
