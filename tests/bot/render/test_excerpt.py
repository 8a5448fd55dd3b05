from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.render.excerpt import render_excerpt
from bot.terminal import Terminal
from retrieval.errors import CitationError
from retrieval.models import Citation

Make = Callable[..., Citation]


def cite(make_citation: Make, text: str, quote: str) -> Citation:
    start = text.index(quote)
    return make_citation(quote=quote, start_char=start, end_char=start + len(quote))


def test_the_quote_is_framed_on_paper(make_citation: Make) -> None:
    text = "Primo paragrafo.\nIl ponte riapre. «Era ora», dice Ferrani.\nTerzo."
    assert render_excerpt(cite(make_citation, text, "Il ponte riapre."), text, Terminal()) == (
        "Il ponte di Valmora riapre\n"
        "L'Eco di Valmora · 2025-02-20 · it\n"
        "\n"
        "Primo paragrafo.\n"
        "[[Il ponte riapre.]] «Era ora», dice Ferrani.\n"
        "Terzo."
    )


def test_the_quote_is_painted_on_every_line_it_takes(make_citation: Make) -> None:
    text = "Prima frase. La seconda frase è lunga più di una riga. Terza."
    terminal = Terminal(width=26, colour=True)
    shown = render_excerpt(cite(make_citation, text, "La seconda frase è lunga più di una riga."), text, terminal)
    assert shown.splitlines()[-3:] == [
        "Prima frase. \x1b[1;7mLa seconda\x1b[0m",
        "\x1b[1;7mfrase è lunga più di una\x1b[0m",
        "\x1b[1;7mriga.\x1b[0m Terza.",
    ]


@pytest.mark.parametrize("quote", ["大桥三月开放。", "يفتح الجسر في مارس."])
def test_offsets_count_code_points_in_any_script(make_citation: Make, quote: str) -> None:
    text = f"👩\u200d🚒 前言。\n{quote} Ende."
    assert f"[[{quote}]] Ende." in render_excerpt(cite(make_citation, text, quote), text, Terminal())


def test_a_long_article_is_cut_at_paragraphs(make_citation: Make) -> None:
    paragraphs = [f"Paragraph {number} " + "word " * 40 for number in range(30)]
    text = "\n".join(paragraph.strip() for paragraph in paragraphs)
    lines = render_excerpt(cite(make_citation, text, "Paragraph 15"), text, Terminal()).splitlines()
    assert lines[3] == lines[-1] == "…"
    assert all(line.startswith(("Paragraph", "[[Paragraph 15]]")) for line in lines[4:-1])
    assert 4 <= len(lines[4:-1]) <= 6


def test_an_article_that_changed_since_is_not_shown_as_the_source(make_citation: Make) -> None:
    with pytest.raises(CitationError, match=r"ponte\.txt has changed since this answer; ask again"):
        render_excerpt(make_citation(), "Another text altogether.", Terminal())
    with pytest.raises(CitationError, match=r"ponte\.txt is no longer in the library"):
        render_excerpt(make_citation(), "", Terminal())
