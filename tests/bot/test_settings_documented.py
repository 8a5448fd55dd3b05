"""`.env.example` and the settings are held together."""

from __future__ import annotations

import re
from pathlib import Path

from bot.config import Config, variable_name

_EXAMPLE = Path(__file__).parents[2] / ".env.example"


def _documented() -> dict[str, tuple[str, str]]:
    """Variables with their meaning and default, as the example file gives them."""
    pairs = re.findall(r"^# (.+)\n# (KILDE_\w+)=(.*)$", _EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    return {name: (meaning, default) for meaning, name, default in pairs}


def test_every_setting_is_in_the_example_in_the_same_order_with_the_bots_last() -> None:
    names = [variable_name(field) for field in Config.model_fields]
    assert list(_documented()) == sorted(names, key=lambda name: name.startswith("KILDE_DISCORD_"))


def test_each_has_its_meaning_and_its_default() -> None:
    for field, info in Config.model_fields.items():
        meaning, default = _documented()[variable_name(field)]
        assert meaning == info.description
        assert (getattr(Config.model_validate({field: default}), field) if default else None) == (
            info.default if info.default != () else None
        )


def test_the_example_sets_nothing_until_a_line_is_uncommented() -> None:
    assert all(line.startswith("#") or not line for line in _EXAMPLE.read_text("utf-8").splitlines())
