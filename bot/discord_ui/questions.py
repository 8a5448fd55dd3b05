"""One question's way through the bot: may it be asked, where is it answered, what is remembered of it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date

from discord.utils import utcnow

from bot.discord_settings import DiscordSettings
from bot.discord_ui.admission import Admission
from bot.discord_ui.desk import Desk, OnPlace
from bot.discord_ui.libraries import Found, Libraries
from bot.discord_ui.metrics import counting_failures, note_response
from bot.logs import FIELDS
from bot.state.database import State
from bot.state.models import GuildSettings, NewTurn, StoredCitation, Turn
from retrieval.errors import KildeError
from retrieval.models import Answer, ArticleSummary, Caution, CheckedMessage, Citation, Draft, Filters, Response
from retrieval.models import Turn as Said

logger = logging.getLogger(__name__)

OnDraft = Callable[[Draft], None]


class QuotaError(KildeError):
    """A person has asked as much as they may today."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"All {limit} questions of today are asked. Tomorrow there are more.")
        self.limit = limit


class LanguageError(KildeError):
    """The guild's managers chose other languages than the asker."""

    def __init__(self, languages: Sequence[str]) -> None:
        super().__init__(f"Questions are answered from articles in {', '.join(languages)} only.")
        self.languages = tuple(languages)


class NoArticlesError(KildeError):
    """No library that may be searched holds an article."""

    def __init__(self) -> None:
        super().__init__("There are no articles to search yet.")


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked, however it came."""

    text: str
    asker_id: int
    guild_id: int | None
    channel_id: int
    channel_ids: frozenset[int] = frozenset()
    """The channel, and for a thread the channel that it is in."""
    role_ids: frozenset[int] = frozenset()
    filters: Filters | None = None
    parent: Turn | None = None
    private: bool = False
    answer_language: str | None = None
    """Of an answer that a model writes; None: the question's."""
    message_id: int | None = None
    """The message that it was written in; if that is deleted, the answer is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was found, and under which number it is remembered."""

    turn: Turn
    response: Response


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be searched for somebody, and how sure an answer must be."""

    libraries: list[str]
    filters: Filters | None
    caution: Caution


class Questions:
    """Answers questions of guilds and of people, and keeps them apart."""

    def __init__(self, *, desk: Desk, libraries: Libraries, state: State, settings: DiscordSettings) -> None:
        """Put the parts together."""
        self._admission = Admission(cooldown_s=settings.discord_cooldown_s)
        self._desk = desk
        self._libraries = libraries
        self._state = state
        self._settings = settings

    async def answer(
        self, question: Question, *, on_place: OnPlace | None = None, on_draft: OnDraft | None = None
    ) -> Reply:
        """Find the answer and remember it.

        Args:
            question: What is asked, by whom and where.
            on_place: Told the place in the queue when it changes.
            on_draft: Told, in the event loop, what is written and checked so far. If this call is cancelled, the model
                stops.

        Raises:
            ChannelError, RoleError, CooldownError: It may not be asked, here or yet.
            QuotaError: The asker has no questions left today.
            LanguageError: The guild's managers chose other languages than the asker.
            NoArticlesError: There is nothing to search.
            DeskFullError: Too many questions wait.
            QuestionError: The question cannot be answered as it was asked.
        """
        started = time.perf_counter()
        with counting_failures():
            async with self._admitted(question) as scope:
                history = await self._history(question)
                found = await self._find(question, scope, history, on_place=on_place, on_draft=on_draft)
                if found is None:
                    raise NoArticlesError
            turn = await self._state.turns.add(_to_turn(question, found))
        total_s = time.perf_counter() - started
        note_response(found.response, total_s=total_s)
        self._log(question, found.response, total_s)
        return Reply(turn, found.response)

    async def _find(
        self,
        question: Question,
        scope: Scope,
        history: Sequence[Said],
        *,
        on_place: OnPlace | None,
        on_draft: OnDraft | None,
    ) -> Found | None:
        """Ask the libraries in a thread of the desk; a cancelled call stops a model that writes there."""
        loop = asyncio.get_running_loop()
        stop = threading.Event()

        def pass_on(draft: Draft) -> None:
            if on_draft is not None and not stop.is_set():
                loop.call_soon_threadsafe(on_draft, draft)

        try:
            return await self._desk.run(
                lambda: self._libraries.ask(
                    scope.libraries,
                    question.text,
                    filters=scope.filters,
                    history=history,
                    caution=scope.caution,
                    language=question.answer_language,
                    on_draft=pass_on,
                    stop=stop,
                ),
                on_place=on_place,
            )
        finally:
            stop.set()

    def _log(self, question: Question, response: Response, total_s: float) -> None:
        """Tell the operator's log; nobody's words unless the operator asked for them."""
        fields = {
            "guild": question.guild_id,
            "language": response.language,
            "refused": not isinstance(response, Answer),
            "confidence": round(response.confidence, 4),
            "seconds": round(total_s, 3),
        }
        if self._settings.discord_log_questions:
            fields["question"] = question.text
        logger.info("answered a question", extra={FIELDS: fields})
        if isinstance(response, Answer) and response.fallback is not None:
            reason = {"guild": question.guild_id, "reason": response.fallback.reason}
            logger.warning("an answer is quoted: %s", response.fallback.message, extra={FIELDS: reason})

    async def check(self, message: Question, *, on_place: OnPlace | None = None) -> CheckedMessage:
        """Find what the articles say of a message's claims; it counts as a question, and nothing is remembered.

        Raises: As `answer`, but for `QuestionError`.
        """
        with counting_failures():
            async with self._admitted(message) as scope:
                found = await self._desk.run(
                    lambda: self._libraries.check(scope.libraries, message.text, filters=scope.filters),
                    on_place=on_place,
                )
                if found is None:
                    raise NoArticlesError
        return found

    @asynccontextmanager
    async def _admitted(self, question: Question) -> AsyncIterator[Scope]:
        """Let the asker in, or say why not; what goes wrong inside costs none of the day's questions."""
        guild = await self.guild_settings(question.guild_id)
        self._admission.check(
            guild, asker_id=question.asker_id, channel_ids=question.channel_ids, role_ids=question.role_ids
        )
        day = utcnow().date()
        await self._take_quota(question, guild, day)
        try:
            filters = narrowed(question.filters, guild.languages)
            yield Scope(self.visible_libraries(guild), filters, guild.caution)
        except BaseException:
            await self._state.quotas.give_back(question.guild_id, question.asker_id, day)
            raise

    async def passage(self, turn: Turn, number: int) -> tuple[StoredCitation, str] | None:
        """A citation of an earlier answer with its article's text now; None if it has none of that number."""
        cited = next((one for one in turn.citations if one.number == number), None)
        if cited is None:
            return None
        text = await self._desk.run(lambda: self._libraries.article_text(cited.library, cited.article_id))
        return cited, text

    async def articles(self, library: str) -> list[ArticleSummary]:
        """What a library holds; nothing if it does not exist."""
        return await self._desk.run(lambda: self._libraries.articles(library))

    async def guild_settings(self, guild_id: int | None) -> GuildSettings:
        """A guild's settings; the defaults for direct messages."""
        return await self._state.guilds.get(guild_id) if guild_id is not None else GuildSettings(0)

    @property
    def waiting(self) -> int:
        """Questions whose turn has not come."""
        return self._desk.waiting

    @property
    def shared(self) -> tuple[str, ...]:
        """Libraries that the operator lets every guild see."""
        return self._settings.discord_shared

    def visible_libraries(self, guild: GuildSettings) -> list[str]:
        """The guild's own library and the shared ones that it sees; outside guilds the shared ones alone."""
        shared = self._settings.discord_shared
        chosen = shared if guild.shared is None else tuple(name for name in shared if name in guild.shared)
        return [*([guild_library(guild.guild_id)] if guild.guild_id else []), *chosen]

    async def _take_quota(self, question: Question, guild: GuildSettings, day: date) -> None:
        limit = guild.daily_questions if guild.daily_questions is not None else self._settings.discord_daily_questions
        quota = await self._state.quotas.take(question.guild_id, question.asker_id, day, limit)
        if not quota.allowed:
            raise QuotaError(limit or 0)

    async def _history(self, question: Question) -> list[Said]:
        if question.parent is None:
            return []
        chain = await self._state.turns.chain(question.parent.id)
        return [Said(turn.standalone_question, turn.answer) for turn in chain]


def narrowed(filters: Filters | None, languages: Sequence[str]) -> Filters | None:
    """What the asker wants, of what the guild's managers allow.

    Raises:
        LanguageError: Nothing is both.
    """
    if not languages:
        return filters
    wanted = filters.languages if filters else ()
    both = tuple(language for language in languages if not wanted or language in wanted)
    if not both:
        raise LanguageError(languages)
    return replace(filters or Filters(), languages=both)


def guild_library(guild_id: int) -> str:
    """Name of the library that belongs to a guild."""
    return f"guild-{guild_id}"


def _to_turn(question: Question, found: Found) -> NewTurn:
    response = found.response
    answered = isinstance(response, Answer)
    return NewTurn(
        guild_id=question.guild_id,
        channel_id=question.channel_id,
        asker_id=question.asker_id,
        parent_id=question.parent.id if question.parent else None,
        question=question.text,
        standalone_question=response.standalone_question,
        answer=response.text if isinstance(response, Answer) else "",
        language=response.language,
        refused=not answered,
        confidence=response.confidence,
        citations=_stored(response.citations, found.library) if isinstance(response, Answer) else (),
        private=question.private,
        asked_at=utcnow(),
    )


def _stored(citations: Sequence[Citation], library: str) -> tuple[StoredCitation, ...]:
    return tuple(
        StoredCitation(
            library=library,
            article_id=one.article_id,
            source=one.source,
            title=one.title,
            url=one.url,
            outlet=one.outlet,
            published=one.published,
            language=one.language,
            start_char=one.start_char,
            end_char=one.end_char,
            quote=one.quote,
            number=one.number,
        )
        for one in citations
    )
