"""Models of OpenAI and of servers that speak its protocol (vLLM, llama.cpp, `transformers serve`, TGI, ...)."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Any

from retrieval.answer.llm.event_loop import in_daemon_thread
from retrieval.answer.llm.messages import Chunk, Message
from retrieval.answer.llm.served_backend import CONNECT_S, SEED, ServedBackend
from retrieval.answer.llm.specification import Specification
from retrieval.errors import ModelError
from retrieval.settings import Settings

if TYPE_CHECKING:
    import openai
    from llama_index.core.base.llms.types import ChatResponse
    from llama_index.llms.openai_like import OpenAILike


class OpenAILikeBackend(ServedBackend):
    """LlamaIndex's `OpenAILike`, with one client for all requests and no further tries of its own."""

    def __init__(self, specification: Specification, settings: Settings) -> None:
        super().__init__(specification, settings, openai_model=specification.model)
        self._options: dict[str, Any] = {"seed": SEED, "stream_options": {"include_usage": True}}
        self._max_tokens_name = "max_tokens"
        self._client: openai.AsyncOpenAI | None = None
        self._llm: OpenAILike | None = None

    async def prepare(self) -> None:
        """Import the client's libraries, beside the loop: they take a second."""
        if self._llm is None:
            await in_daemon_thread(self._load)

    def _load(self) -> None:
        import httpx  # late: all three take a second
        import openai
        from llama_index.llms.openai_like import OpenAILike

        with self._lock:
            if self._llm is not None:
                return
            # Servers without keys ignore this one, and the client insists on one.
            key = self._key or "none"
            self._client = openai.AsyncOpenAI(
                api_key=key,
                base_url=self._specification.url,
                max_retries=0,
                timeout=httpx.Timeout(None, connect=CONNECT_S),  # our own deadlines cover the rest
            )
            try:
                self._llm = OpenAILike(
                    model=self._specification.model,
                    api_key=key,
                    api_base=self._specification.url,
                    context_window=self.context_tokens,
                    is_chat_model=True,
                    temperature=0.0,
                    max_retries=0,
                    async_openai_client=self._client,
                )
            except ValueError as error:
                raise ModelError(f"KILDE_LLM={self._specification.name}: {error}", reason="unknown_model") from error

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[Chunk, None]:
        """Answer once; an option that the server does not know is left out from then on."""
        import openai

        while True:
            try:
                async for chunk in self._stream(messages, max_tokens):
                    yield chunk
            except openai.APIStatusError as error:
                if error.status_code in (400, 422) and self._leave_out(error.response.text):
                    continue  # a status comes before any text
                raise self._failures.status(error.status_code, _said(error), error.response.headers) from error
            return

    async def _stream(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[Chunk, None]:
        import httpx
        import openai
        from llama_index.core.llms import ChatMessage
        from pydantic import ValidationError

        assert self._llm is not None, "prepare() comes first"  # noqa: S101
        chat = [ChatMessage(role=message.role, content=message.text) for message in messages]
        finished = False
        try:
            responses = await self._llm.astream_chat(chat, **{self._max_tokens_name: max_tokens}, **self._options)
            async for response in responses:
                finished = finished or _is_last(response)
                yield _chunk(response)
        except openai.APIStatusError:
            raise
        except openai.APIConnectionError as error:
            raise self._failures.unreachable(error) from error
        except openai.APIError as error:  # said in the middle of the stream
            raise self._failures.status(_code(error), error.message) from error
        except httpx.TransportError as error:
            raise self._failures.malformed(f"it broke off: {type(error).__name__} {error}") from error
        except (json.JSONDecodeError, UnicodeDecodeError, ValidationError, AttributeError, TypeError) as error:
            raise self._failures.malformed(f"{type(error).__name__}: {error}") from error
        if not finished:
            raise self._failures.malformed("it broke off before its end")

    def _leave_out(self, complaint: str) -> bool:
        """Whether the server complains of an option that it can do without, which is then gone."""
        if "max_completion_tokens" in complaint and self._max_tokens_name == "max_tokens":
            self._max_tokens_name = "max_completion_tokens"
            return True
        if "temperature" in complaint and "temperature" not in self._options:
            self._options["temperature"] = 1.0  # all that some of OpenAI's models take
            return True
        for option in ("stream_options", "seed"):
            if option in complaint and self._options.pop(option, None) is not None:
                return True
        return False

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()


def _is_last(response: ChatResponse) -> bool:
    choices = getattr(response.raw, "choices", None)
    return any(choice.finish_reason is not None for choice in choices or ())


def _chunk(response: ChatResponse) -> Chunk:
    usage = getattr(response.raw, "usage", None)
    extra: dict[str, Any] = getattr(response.raw, "model_extra", None) or {}
    timings: dict[str, Any] = extra.get("timings") or {}  # llama.cpp's
    if usage is None:
        computed = timings.get("prompt_n")
        return Chunk(
            response.delta or "",
            # llama.cpp counts what it computed and what it had apart.
            prompt_tokens=None if computed is None else computed + timings.get("cache_n", 0),
            completion_tokens=timings.get("predicted_n"),
            cached_tokens=timings.get("cache_n"),
        )
    cached = getattr(usage.prompt_tokens_details, "cached_tokens", None)
    return Chunk(
        response.delta or "",
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cached_tokens=timings.get("cache_n") if cached is None else cached,
    )


def _said(error: openai.APIStatusError) -> str:
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    return str(message or error.response.text or error.message)


def _code(error: openai.APIError) -> int:
    body = error.body
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else 0
