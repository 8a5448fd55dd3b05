"""What the articles say of a message's claims, as Discord shows it."""

from __future__ import annotations

from discord import ui

from bot.discord_ui.answer_text import MESSAGE_CHARS, pages, source_blocks
from bot.discord_ui.answer_view import ANSWER_COLOUR, REFUSAL_COLOUR, Layout, notice
from bot.discord_ui.markdown import plain, quoted
from bot.discord_ui.texts import Texts
from retrieval.models import CheckedClaim, CheckedMessage, Verdict

_MARKS: dict[Verdict, str] = {"supported": "✅", "refuted": "❌", "not_enough_info": "❔"}


def check_layouts(checked: CheckedMessage, texts: Texts) -> list[Layout]:
    """The messages that show a checked one, in order.

    Args:
        checked: What was found.
        texts: The language that the asker reads.
    """
    if not checked.claims:
        return [notice(texts("check.no_claims"))]
    blocks = [block for claim in checked.claims for block in _claim_blocks(claim, checked.language, texts)]
    if checked.unchecked:
        blocks.append(f"-# {texts('check.unchecked', count=checked.unchecked)}")
    told = any(claim.citations for claim in checked.claims)
    return [
        Layout().add_item(
            ui.Container(ui.TextDisplay("\n".join(page)), accent_colour=ANSWER_COLOUR if told else REFUSAL_COLOUR)
        )
        for page in pages(blocks, cut_mark=texts("answer.cut"), most=MESSAGE_CHARS)
    ]


def _claim_blocks(claim: CheckedClaim, language: str, texts: Texts) -> list[str]:
    """The claim as it was written, the verdict on it, and the quotes that it rests on."""
    verdict = f"{_MARKS[claim.verdict]} **{texts(f'check.{claim.verdict}')}**"
    return [quoted(plain(claim.claim)), verdict, *source_blocks(claim.citations, language, texts, with_quotes=True)]
