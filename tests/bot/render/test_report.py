from __future__ import annotations

import io

from bot.render.messages import messages_for
from bot.render.progress import IndexProgressBar
from bot.render.report import counted, render_report, report_object
from bot.terminal import Terminal
from retrieval.models import Failure, IndexProgress, IndexReport

REPORT = IndexReport(
    added=("a.txt", "b.md"),
    updated=("c.html",),
    unchanged=3,
    removed=("d.txt",),
    failed=(Failure("e.json#2", "not JSON\x1b[2J"),),
    warnings=("/news is missing; its 4 articles stay",),
    nodes_embedded=7,
    seconds=75.25,
)


def test_the_summary_names_what_was_done() -> None:
    assert render_report(REPORT, Terminal(), size=(7, 1200)) == (
        "added 2\n"
        "  a.txt\n"
        "  b.md\n"
        "updated 1\n"
        "  c.html\n"
        "removed 1\n"
        "  d.txt\n"
        "warning: /news is missing; its 4 articles stay\n"
        "failed 1\n"
        "  e.json#2: not JSON␛[2J\n"
        "2 added, 1 updated, 3 unchanged, 1 removed, 1 failed in 1 min 15 s.\n"
        "The library holds 7 articles in 1,200 nodes."
    )


def test_a_long_list_is_cut_but_failures_are_all_there() -> None:
    report = IndexReport(
        added=tuple(f"{number}.txt" for number in range(1020)), failed=tuple(Failure(f"f{i}", "no") for i in range(30))
    )
    lines = render_report(report, Terminal(), size=(1020, 1020)).splitlines()
    assert "  and 1,000 more (all with --json)" in lines
    assert sum(line.startswith("  f") for line in lines) == 30


def test_json_has_every_key() -> None:
    assert report_object(REPORT) == {
        "added": ["a.txt", "b.md"],
        "updated": ["c.html"],
        "unchanged": 3,
        "removed": ["d.txt"],
        "failed": [{"source": "e.json#2", "reason": "not JSON\x1b[2J"}],
        "warnings": ["/news is missing; its 4 articles stay"],
        "nodes_embedded": 7,
        "seconds": 75.25,
    }


def test_one_is_singular() -> None:
    assert (counted(1, "article"), counted(0, "article"), counted(2000, "node")) == (
        "1 article",
        "0 articles",
        "2,000 nodes",
    )


def test_no_terminal_no_bar() -> None:
    stream = io.StringIO()
    with IndexProgressBar(stream, Terminal()) as bar:
        bar.update(IndexProgress("embed", 1, 2))
    assert stream.getvalue() == ""


def test_the_bar_shows_stage_count_and_unit() -> None:
    stream = io.StringIO()
    with IndexProgressBar(stream, Terminal(width=100, colour=False)) as bar:
        bar.update(IndexProgress("read", 3, None))
        bar.update(IndexProgress("embed", 5, 20, "nodes"))
        bar.update(IndexProgress("embed", 10, 20, "nodes"))
    shown = stream.getvalue()
    assert "Embedding" in shown
    assert "10/20 nodes" in shown


def test_an_unknown_language_is_framed_in_english() -> None:
    assert messages_for("und").refusal == messages_for("xx").refusal == "The articles do not say."
    assert messages_for("no").refusal == "Artiklene sier det ikke."
