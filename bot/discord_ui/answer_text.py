"""Answers and refusals as Discord markdown, cut into messages that keep sentences and citations whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.discord_ui.markdown import link, plain, quoted
from bot.discord_ui.texts import Texts, flag
from retrieval.models import Answer, ArticleSummary, Citation, Refusal

MESSAGE_CHARS = 3800
"""Discord takes 4,000 characters in all texts of one message; the rest is left for headings."""

LISTED_CHARS, LISTED_ADDRESS_CHARS = 100, 150
"""Longest title or outlet, and longest linked address, where articles are listed."""

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def answer_blocks(answer: Answer, texts: Texts) -> tuple[list[str], list[str]]:
    """The sentences with their numbers, and the numbered sources.

    Sentences that are the quotes themselves are shown once, as quotes; else each quote stands with its source.
    """
    quotes = {citation.number: citation.quote for citation in answer.citations}
    verbatim = all(
        len(sentence.citations) == 1 and quotes[sentence.citations[0]].strip() == sentence.text.strip()
        for sentence in answer.sentences
    )
    sentences = [plain(sentence.text) + superscript(sentence.citations) for sentence in answer.sentences]
    said = [quoted(sentence) for sentence in sentences] if verbatim else [f"**{sentence}**" for sentence in sentences]
    sources = list(source_blocks(answer.citations, answer.language, texts, with_quotes=not verbatim))
    return said, sources


def source_blocks(citations: Sequence[Citation], asked_in: str, texts: Texts, *, with_quotes: bool) -> Iterator[str]:
    """One block a citation; quotes of one article that follow each other share one source line.

    Args:
        citations: In the order of their numbers.
        asked_in: Language of the question; a quote in another one says so.
        texts: The language that the asker reads.
        with_quotes: Whether each quote stands above its source.
    """
    group: list[Citation] = []
    for index, citation in enumerate(citations):
        group.append(citation)
        following = citations[index + 1 : index + 2]
        if following and following[0].article_id == citation.article_id:
            continue
        numbers = superscript([item.number for item in group])
        quotes = (
            "".join(f"{superscript([item.number])} “{plain(item.quote)}”\n" for item in group) if with_quotes else ""
        )
        yield f"{quotes}-# {'' if with_quotes else numbers + ' '}{_source(citation, asked_in, texts)}"
        group = []


def refusal_blocks(refusal: Refusal, texts: Texts) -> tuple[list[str], list[str]]:
    """The refusal, and the articles nearest to the question."""
    closest = [f"- {article_line(article, texts)}" for article in refusal.closest]
    return [f"**{texts('answer.refusal')}**"], [f"{texts('answer.closest')}:", *closest] if closest else []


def article_line(article: ArticleSummary, texts: Texts) -> str:
    """One article: flag, title with its link, outlet and date; what is very long is shortened, or not linked."""
    details = [plain(shortened(article.outlet))] if article.outlet else []
    details += [texts.day(article.published)] if article.published else []
    url = article.url if article.url and len(article.url) <= LISTED_ADDRESS_CHARS else None
    return " · ".join([f"{flag(article.language)} {link(shortened(article.title or article.source), url)}", *details])


def shortened(text: str, most: int = LISTED_CHARS) -> str:
    """One line of so many characters at most."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def superscript(numbers: Sequence[int]) -> str:
    """Citation numbers as they stand behind a sentence: ``¹`` or ``¹ ²``."""
    return "\u202f".join(str(number).translate(_SUPERSCRIPT) for number in numbers)


def pages(blocks: Sequence[str], *, cut_mark: str, most: int = MESSAGE_CHARS) -> list[list[str]]:
    """Blocks shared out among messages, each whole; only one that fits no message is cut, at a blank.

    Args:
        blocks: Sentences and citations, in order.
        cut_mark: Put behind what was cut.
        most: Characters a message.
    """
    found: list[list[str]] = [[]]
    size = 0
    for block in blocks:
        fitting = block if len(block) <= most else _cut(block, most - len(cut_mark) - 3) + f" … {cut_mark}"
        if found[-1] and size + len(fitting) + 1 > most:
            found.append([])
            size = 0
        found[-1].append(fitting)
        size += len(fitting) + 1
    return found


def _cut(block: str, most: int) -> str:
    """As much as fits, to the last blank if there is one in its second half; no backslash is parted from its letter."""
    head = block[:most]
    blank = max(head.rfind(" "), head.rfind("\n"))
    return (head[:blank] if blank > most // 2 else head).rstrip("\\ \n")


def _source(citation: Citation, asked_in: str, texts: Texts) -> str:
    where = flag(citation.language)
    if citation.language != asked_in:
        where += " " + texts("answer.in_language", language=texts.language_name(citation.language))
    details = [plain(citation.outlet)] if citation.outlet else []
    details += [texts.day(citation.published)] if citation.published else []
    return " · ".join([where, *details, link(citation.title or citation.source, citation.url)])
