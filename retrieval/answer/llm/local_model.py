"""A causal language model in the process, by transformers and torch: loading, chat templates, greedy generation."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.answer.llm.backend import DEFAULT_CONTEXT_TOKENS
from retrieval.answer.llm.messages import Message
from retrieval.answer.llm.prefix_cache import PrefixCache
from retrieval.answer.llm.specification import split_gguf
from retrieval.errors import ModelError

LOCK_POLL_S = 0.02
TRIES = 5
"""Of each size when types are compared; the best counts, since other programs may want the processor too."""
WAIT_S = 4.0
"""Longest wait for a stopped generation when the model is closed: torch aborts a program that ends inside it."""
INSTALL = "pip install 'kilde[torch]'"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """Tokens of one generation."""

    prompt: int
    completion: int
    cached: int


class LocalTokenizer:
    """The model's tokenizer with its chat template; loaded without the model."""

    def __init__(self, model: str) -> None:
        """Load it.

        Args:
            model: A Hugging Face id, a folder or a ``.gguf`` file.

        Raises:
            ModelError: A package is missing, or it can't be loaded.
        """
        folder, options = _source(model)
        import transformers  # late: 1 s

        transformers.utils.logging.disable_progress_bar()
        try:
            self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder, **options)
        except Exception as error:  # whatever the files make the library raise
            raise not_loaded(model, error) from error

    def encode(self, text: str) -> list[int]:
        """Token ids, without the special ones."""
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def encode_chat(self, messages: Sequence[Message]) -> list[int]:
        """Token ids of the messages in the model's own format, up to where its answer begins.

        A model without a chat template, which was not made for chats, gets plain paragraphs.
        """
        if self._tokenizer.chat_template is None:
            text = "".join(f"{message.role.capitalize()}: {message.text}\n\n" for message in messages) + "Assistant:"
            return list(self._tokenizer.encode(text))
        try:
            return self._apply_template(messages)
        except Exception as error:  # jinja2's, by the template's own choice
            logger.debug("The chat template refuses the messages (%s): system and user are joined", error)
            return self._apply_template(_joined(messages))

    def _apply_template(self, messages: Sequence[Message]) -> list[int]:
        chat = [{"role": message.role, "content": message.text} for message in messages]
        encoded = self._tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=True, return_dict=True)
        return list(encoded["input_ids"])

    def decode(self, ids: Sequence[int]) -> str:
        """Text of token ids, without special tokens."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


class LocalModel:
    """The model itself. One generation at a time: others wait."""

    def __init__(self, model: str, tokenizer: LocalTokenizer, *, device: str) -> None:
        """Load the weights.

        Args:
            model: A Hugging Face id, a folder or a ``.gguf`` file.
            tokenizer: The same model's.
            device: ``auto`` or one of torch's.

        Raises:
            ModelError: A package is missing, or the weights can't be loaded.
        """
        require("torch", model)
        import torch
        import transformers  # late: 5 s together

        folder, source = _source(model)
        started_at = time.monotonic()
        try:
            device = _device(torch, device)
            options: dict[str, Any] = {"dtype": _dtype(torch, device, packed=bool(source)), **source}
            if device != "cpu":
                options["device_map"] = device
            self._model: Any = transformers.AutoModelForCausalLM.from_pretrained(folder, **options).eval()
        except Exception as error:  # whatever the files make the library raise
            raise not_loaded(model, error) from error
        logger.info("Loaded %s on %s as %s in %.1f s", model, device, options["dtype"], time.monotonic() - started_at)
        self._tokenizer = tokenizer
        self._cache = PrefixCache(self._model, chunk_tokens=128 if device == "cpu" else 2048)
        self._busy = threading.Lock()

    @property
    def context_tokens(self) -> int:
        """What the model was made for."""
        return _context_tokens(self._model.config)

    def wait(self) -> None:
        """Wait for a stopped generation to end."""
        if self._busy.acquire(timeout=WAIT_S):
            self._busy.release()

    def generate(
        self, prompt: Sequence[int], *, max_tokens: int, stop: threading.Event, emit: Callable[[str], None]
    ) -> Counts:
        """Answer greedily, until the model ends it, `max_tokens` are written or `stop` is set.

        Args:
            prompt: Token ids.
            max_tokens: Most tokens to write.
            stop: Looked at after each token, and between pieces of the prompt.
            emit: Takes each piece of text.
        """
        while not self._busy.acquire(timeout=LOCK_POLL_S):
            if stop.is_set():
                return Counts(len(prompt), 0, 0)
        try:
            return self._generate(prompt, max_tokens, stop, emit)
        finally:
            self._busy.release()

    def _generate(
        self, prompt: Sequence[int], max_tokens: int, stop: threading.Event, emit: Callable[[str], None]
    ) -> Counts:
        import torch
        import transformers

        writer = _Writer(self._tokenizer, emit)
        with torch.inference_mode(), self._cache.extended_to(prompt, stop) as (past, cached):
            if stop.is_set():
                return Counts(len(prompt), 0, cached)
            ids = torch.tensor([list(prompt)], device=self._model.device)
            done = self._model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                past_key_values=past,
                streamer=writer,
                generation_config=_greedy(self._model.generation_config, max_tokens),
                stopping_criteria=transformers.StoppingCriteriaList([_StopWhenSet(stop)]),
            )
            self._cache.keep(done[0].tolist())
        writer.flush()
        return Counts(len(prompt), len(done[0]) - len(prompt), cached)


class _Writer:
    """Takes generate()'s tokens and gives text as soon as its characters are complete."""

    def __init__(self, tokenizer: LocalTokenizer, emit: Callable[[str], None]) -> None:
        self._tokenizer = tokenizer
        self._emit = emit
        self._ids: list[int] = []
        self._start = 0  # of the tokens that are decoded again, since a token's text depends on the one before it
        self._given = 0  # tokens whose text was given
        self._prompt_seen = False

    def put(self, ids: Any) -> None:
        if not self._prompt_seen:  # the first call is the prompt
            self._prompt_seen = True
            return
        self._ids += ids.flatten().tolist()
        self._give(incomplete=False)

    def end(self) -> None:
        """Part of what generate() wants of a streamer; `flush` ends the text."""

    def flush(self) -> None:
        self._give(incomplete=True)

    def _give(self, *, incomplete: bool) -> None:
        before = self._tokenizer.decode(self._ids[self._start : self._given])
        text = self._tokenizer.decode(self._ids[self._start :])
        # A character of several tokens is a replacement character until its last one.
        if len(text) > len(before) and (incomplete or not text.endswith("\ufffd")):
            self._emit(text[len(before) :])
            self._start, self._given = self._given, len(self._ids)


class _StopWhenSet:
    """A stopping criterion, which generate() asks after each token."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        return torch.full((input_ids.shape[0],), self._stop.is_set(), device=input_ids.device, dtype=torch.bool)


def read_context_tokens(model: str) -> int:
    """What a model was made for, by its configuration.

    Raises:
        ModelError: A package is missing, or it can't be read.
    """
    folder, options = _source(model)
    import transformers  # late: 1 s

    try:
        return _context_tokens(transformers.AutoConfig.from_pretrained(folder, **options))
    except Exception as error:  # whatever the files make the library raise
        raise not_loaded(model, error) from error


def _context_tokens(config: Any) -> int:
    return int(getattr(config.get_text_config(), "max_position_embeddings", None) or DEFAULT_CONTEXT_TOKENS)


def _source(model: str) -> tuple[str, dict[str, Any]]:
    """Where transformers finds a model, and the further argument that names a file in it."""
    folder, file = split_gguf(model)
    if file is None:
        return folder, {}
    require("gguf", model)
    require("torch", model)  # transformers reads these files with it
    return folder, {"gguf_file": file}


def require(package: str, model: str) -> None:
    """Raises if a package of the extra is not installed.

    Raises:
        ModelError: It is not.
    """
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise ModelError(
            f"KILDE_LLM=transformers:{model} needs the package {package}. Install it with: {INSTALL}",
            reason="missing_package",
        )


def not_loaded(model: str, error: Exception) -> ModelError:
    """The error of a model that can't be loaded, with what its library says."""
    line = " ".join(str(error).split())[:300]
    return ModelError(
        f"KILDE_LLM=transformers:{model} can't be loaded ({type(error).__name__}: {line}). It should be a Hugging Face "
        "id, a folder with a model, or a .gguf file, and fit into memory.",
        reason="load",
    )


def _joined(messages: Sequence[Message]) -> list[Message]:
    """The same with the system's text at the top of the first turn, for templates without such a role."""
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    if not rest:
        return [Message("user", system)]
    return [Message(rest[0].role, f"{system}\n\n{rest[0].text}"), *rest[1:]]


def _greedy(config: Any, max_tokens: int) -> Any:
    """The model's own configuration (its end tokens, penalties) without sampling."""
    from copy import deepcopy

    greedy = deepcopy(config)
    greedy.do_sample = False
    greedy.temperature = greedy.top_p = greedy.top_k = greedy.min_p = greedy.typical_p = None
    greedy.max_length = None
    greedy.max_new_tokens = max_tokens
    greedy.use_cache = True
    if greedy.pad_token_id is None:
        end = greedy.eos_token_id
        greedy.pad_token_id = end[0] if isinstance(end, list) else end
    return greedy


def _device(torch: Any, device: str) -> str:
    if device != "auto":
        return device
    return str(torch.accelerator.current_accelerator()) if torch.accelerator.is_available() else "cpu"


def _dtype(torch: Any, device: str, *, packed: bool) -> Any:
    """Half precision on accelerators; on a CPU whichever is faster, since only some multiply bfloat16 natively.

    A ``.gguf`` file's weights stay as they are, and the CPU's kernels for them compute in float32.
    """
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if device != "cpu":
        return torch.float16
    if packed:
        return torch.float32
    return min((torch.float32, torch.bfloat16), key=lambda dtype: _seconds(torch, dtype))


def _seconds(torch: Any, dtype: Any) -> float:
    """Time of one layer over a prompt of 1,024 tokens and an answer of 100."""
    width, rows, prompts, tokens = 1024, 128, 8, 100
    layer = torch.nn.Linear(width, width, bias=False, dtype=dtype)
    total = 0.0
    with torch.inference_mode():
        for size, times in ((rows, prompts), (1, tokens)):
            batch = torch.ones(size, width, dtype=dtype)
            layer(batch)
            best = math.inf
            for _ in range(TRIES):
                started_at = time.perf_counter()
                layer(batch)
                best = min(best, time.perf_counter() - started_at)
            total += times * best
    return total
