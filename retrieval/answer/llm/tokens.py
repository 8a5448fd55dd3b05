"""Counts the tokens of a text, with a tokenizer where there is one, else by a rule that is rather too high."""

from __future__ import annotations

import logging
import math
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import ModelError

if TYPE_CHECKING:
    import tiktoken

FETCH_S = 5.0

Counter = Callable[[str], int]

BYTES_A_TOKEN = 3
"""Of letters and spaces in UTF-8. Measured on the sample articles: see `estimate_tokens`."""

logger = logging.getLogger(__name__)


def estimate_tokens(text: str) -> int:
    """A number of tokens that current tokenizers rarely exceed: a third of the bytes, and each digit or sign one."""
    single = sum(1 for character in text if unicodedata.category(character)[0] in "NPS")
    rest = "".join(character for character in text if unicodedata.category(character)[0] not in "NPS")
    return single + math.ceil(len(rest.encode("utf-8", "surrogatepass")) / BYTES_A_TOKEN)


def load_counter(tokenizer: str | None, *, openai_model: str | None) -> Counter:
    """How the tokens of a model on a server are counted.

    Args:
        tokenizer: `KILDE_LLM_TOKENIZER`: a Hugging Face id, a folder, or a ``tokenizer.json``.
        openai_model: The name of the model on an OpenAI-compatible server; OpenAI's own have a known tokenizer.

    Raises:
        ModelError: The named tokenizer can't be loaded.
    """
    if tokenizer:
        return _named(tokenizer)
    return (_of_openai(openai_model) if openai_model else None) or estimate_tokens


def _named(name: str) -> Counter:
    from tokenizers import Tokenizer  # late: 20 ms

    path = Path(name).expanduser()
    file = path / "tokenizer.json" if path.is_dir() else path
    try:
        if file.is_file():
            tokenizer = Tokenizer.from_file(str(file))
        elif path.exists():
            return _by_transformers(path)
        else:
            tokenizer = Tokenizer.from_pretrained(name)
    except Exception as error:  # the library raises bare Exceptions
        raise ModelError(
            f"KILDE_LLM_TOKENIZER is {name!r}, which can't be loaded ({error}). It should be a Hugging Face id, a "
            "folder or a tokenizer.json; without it tokens are estimated.",
            reason="load",
        ) from error
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _by_transformers(folder: Path) -> Counter:
    """A folder with another kind of tokenizer, such as SentencePiece's."""
    from transformers import AutoTokenizer  # late: 1 s

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


def _of_openai(model: str) -> Counter | None:
    import tiktoken  # late: 40 ms
    from tiktoken.model import encoding_name_for_model

    try:
        name = encoding_name_for_model(model)
    except KeyError:
        return None
    # It fetches its vocabulary at the first use and sets no limit of its own; nobody waits for it longer than this.
    fetching: Future[tiktoken.Encoding] = Future()

    def fetch() -> None:
        try:
            fetching.set_result(tiktoken.get_encoding(name))
        except OSError as error:
            fetching.set_exception(error)

    threading.Thread(target=fetch, name="kilde-tokenizer", daemon=True).start()
    try:
        encoding = fetching.result(FETCH_S)
    except (OSError, TimeoutError) as error:
        logger.warning(
            "The tokenizer of %s can't be fetched, so tokens are estimated: %s", model, str(error) or "too slow"
        )
        return None
    return lambda text: len(encoding.encode_ordinary(text))
