"""What the articles say of a message's claims, as Discord shows it."""

from __future__ import annotations

from discord import ui

from bot.discord_ui.answer_text import MESSAGE_CHARS, pages, shortened, source_blocks
from bot.discord_ui.answer_view import ANSWER_COLOUR, REFUSAL_COLOUR, Layout, notice
from bot.discord_ui.markdown import plain
from bot.discord_ui.texts import Texts
from retrieval.models import CheckedClaim, CheckedMessage, Verdict

CLAIM_CHARS = 300
"""Longer claims are shown shortened."""

_MARKS: dict[Verdict, str] = {"supported": "✅", "refuted": "❌", "not_enough_info": "❔"}


def check_layouts(checked: CheckedMessage, texts: Texts) -> list[Layout]:
    """The messages that show a checked one, in order.

    Args:
        checked: What was found.
        texts: The language that the asker reads.
    """
    if not checked.claims:
        return [notice(texts("check.no_claims"))]
    blocks = [_claim_block(claim, checked.language, texts) for claim in checked.claims]
    if checked.unchecked:
        blocks.append(f"-# {texts('check.unchecked', count=checked.unchecked)}")
    told = any(claim.citations for claim in checked.claims)
    layouts = []
    for page in pages(blocks, cut_mark=texts("answer.cut"), most=MESSAGE_CHARS):
        container: ui.Container[Layout] = ui.Container(accent_colour=ANSWER_COLOUR if told else REFUSAL_COLOUR)
        for index, block in enumerate(page):
            if index:
                container.add_item(ui.Separator())
            container.add_item(ui.TextDisplay(block))
        layouts.append(Layout().add_item(container))
    return layouts


def _claim_block(claim: CheckedClaim, language: str, texts: Texts) -> str:
    """The claim as it was written, the verdict on it, and the quotes that it rests on."""
    lines = [
        f"{_MARKS[claim.verdict]} **{plain(shortened(claim.claim, CLAIM_CHARS))}**",
        texts(f"check.{claim.verdict}"),
    ]
    return "\n".join([*lines, *source_blocks(claim.citations, language, texts, with_quotes=True)])
