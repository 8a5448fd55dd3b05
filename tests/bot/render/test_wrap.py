from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.render.wrap import columns, wrap
from bot.terminal import safe_line

_TEXTS = st.text(
    st.sampled_from("ab cdefg  ,.[]()“”«»é桥梁工程，。「」かなカナٱلجسرชาวบ้าน👩\u200d🚒e\u0301\u0338"), max_size=80
)


@given(_TEXTS, st.integers(min_value=12, max_value=40))
def test_nothing_is_lost_and_lines_fit(text: str, width: int) -> None:
    paragraph = " ".join(safe_line(text).split())
    lines = wrap(paragraph, width, indent="  ")
    assert "".join(lines).replace(" ", "") == paragraph.replace(" ", "")
    # A run of signs that may not begin a line stays with what it belongs to, so a line may hang over by such a run.
    hanging = max((len(run) * 2 for run in regex.findall(r"[\p{P}]+", paragraph)), default=0)
    assert all(columns(line) <= width + hanging for line in lines)


@given(_TEXTS, st.integers(min_value=1, max_value=12))
def test_no_line_begins_with_an_accent(text: str, width: int) -> None:
    paragraph = "a" + " ".join(safe_line(text).split())
    assert not any(regex.match(r"\p{M}", line) for line in wrap(paragraph, width))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("the bridge opens in March", 12, ["the bridge", "opens in", "March"]),
        ("大桥将于三月三日重新开放。", 10, ["大桥将于三", "月三日重新", "开放。"]),
        ("市长说：「三月开放。」", 10, ["市长说：", "「三月开", "放。」"]),
        ("أعلنت رئيسة البلدية", 13, ["أعلنت رئيسة", "البلدية"]),
        ("https://eco.example/a/long/path", 10, ["https://ec", "o.example/", "a/long/pat", "h"]),
        ("👩\u200d🚒👩\u200d🚒👩\u200d🚒", 4, ["👩\u200d🚒👩\u200d🚒", "👩\u200d🚒"]),
        ("", 10, [""]),
    ],
)
def test_lines_end_where_the_script_allows(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_without_a_width_there_is_one_line() -> None:
    assert wrap("a " * 500, None, indent="  ") == ["  " + "a " * 500]


def test_indents() -> None:
    assert wrap("one two three", 9, indent="    ", first_indent="[1] ") == ["[1] one", "    two", "    three"]
