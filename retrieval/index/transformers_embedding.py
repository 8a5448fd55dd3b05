"""``transformers:MODEL``: a model that runs inside the process, through LlamaIndex's HuggingFaceEmbedding."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.errors import EmbeddingUnavailableError, SettingsError
from retrieval.index.model_folder import Prefixes, ReadJson, check_pooling, read_folder_json, read_prefixes

if TYPE_CHECKING:
    from llama_index.embeddings.huggingface import (  # type: ignore[import-untyped,import-not-found,unused-ignore]  # the extra
        HuggingFaceEmbedding,
    )

NEEDED = ("torch", "sentence_transformers", "llama_index.embeddings.huggingface")
BATCH_SIZE = 16
"""Texts given to the model at once: Ctrl-C is heard in between."""
MOST_TOKENS = 100_000
"""A tokenizer that knows no limit says 10^30."""
SPARE_TOKENS = 2
"""A part of a text that is tokenized alone may have a token or two more than in its place."""


class TransformersEmbedding:
    """A sentence-transformers model. Vectors are L2-normalised.

    Texts longer than the model reads are embedded in parts, whose vectors are averaged by their length, as the default
    engine does it.
    """

    def __init__(self, model: HuggingFaceEmbedding, *, fingerprint: str, prefixes: Prefixes) -> None:
        """Use `load_transformers`."""
        self.model_name = model.model_name
        self.fingerprint = fingerprint
        self.prefixes = prefixes
        self._model = model
        # LlamaIndex offers no way to the tokenizer, and a second one would take as much memory again.
        self._tokenizer: Any = model._model.tokenizer
        # A fast tokenizer refuses to be used by two threads at once.
        self._lock = threading.Lock()

    @classmethod
    def class_name(cls) -> str:
        """Name of the model's kind."""
        return "TransformersEmbedding"

    def count_tokens(self, text: str) -> int:
        """Number of tokens that ``text`` alone makes, without prefix and end marks."""
        with self._lock:
            return len(self._token_ends(text))

    def get_query_embedding(self, query: str) -> list[float]:
        """Vector of a question."""
        with self._lock:
            parts = self._parts(query, self.prefixes.question)
            return _average([(self._model.get_query_embedding(part), size) for part, size in parts])

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """Vectors of texts of articles."""
        vectors: list[list[float]] = []
        for start in range(0, len(texts), BATCH_SIZE):
            with self._lock:
                vectors += self._embed(texts[start : start + BATCH_SIZE])
        return vectors

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        parts = [self._parts(text, self.prefixes.passage) for text in texts]
        found = iter(self._model.get_text_embedding_batch([part for pieces in parts for part, _ in pieces]))
        return [_average([(next(found), size) for _, size in pieces]) for pieces in parts]

    def _parts(self, text: str, prefix: str) -> list[tuple[str, int]]:
        """The text, or the parts of it that the model can read, each with its number of tokens."""
        ends = self._token_ends(text)
        most = self._model.max_length
        room = most - len(self._token_ends(prefix)) - self._tokenizer.num_special_tokens_to_add() - SPARE_TOKENS
        if len(ends) <= room or room <= 0 or most > MOST_TOKENS:
            return [(text, len(ends))]
        cuts = [0, *(ends[place - 1] for place in range(room, len(ends), room)), len(text)]
        sizes = [room] * (len(cuts) - 2) + [(len(ends) - 1) % room + 1]
        return [(text[start:end], size) for start, end, size in zip(cuts, cuts[1:], sizes, strict=False)]

    def _token_ends(self, text: str) -> list[int]:
        """Where each token of a text ends."""
        encoded = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [end for _, end in encoded["offset_mapping"]]


def load_transformers(model: Path | str, *, fingerprint: str, device: str | None) -> TransformersEmbedding:
    """Load a model from a folder, or from Hugging Face or its cache.

    Args:
        model: A folder, or an id of Hugging Face.
        fingerprint: What the model is known by.
        device: Such as ``cpu``; None takes a GPU where there is one.

    Raises:
        SettingsError: The extra is not installed, or the model cannot be read.
        EmbeddingUnavailableError: Hugging Face does not answer.
    """
    missing = [name for name in NEEDED if not _is_installed(name)]
    if missing:
        raise SettingsError(
            f"KILDE_EMBED is transformers:{model}, which needs packages that are not installed ({', '.join(missing)}). "
            "Run: pip install 'kilde[torch]'"
        )
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # late, like all of these: seconds
    from transformers.utils import hub
    from transformers.utils import logging as transformers_logging

    read_json = read_folder_json(model) if isinstance(model, Path) else _read_hub_json(model)
    prefixes = read_prefixes(model, read_json)
    check_pooling(model, read_json)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        # Given here, because LlamaIndex sets prompts of its own, and those of the configuration would not count.
        loaded = HuggingFaceEmbedding(
            model_name=str(model),
            query_instruction=prefixes.question or None,
            text_instruction=prefixes.passage or None,
            embed_batch_size=BATCH_SIZE,
            # Where other programs have their models too; LlamaIndex's default is a folder of its own.
            cache_folder=hub.constants.HF_HUB_CACHE,
            device=device,
        )
    except Exception as error:  # a boundary: somebody else's files and code may raise anything
        raise SettingsError(
            f"KILDE_EMBED is transformers:{model}, but the model cannot be loaded ({type(error).__name__}: {error}). "
            "Check its files, and KILDE_EMBED_DEVICE if it is set."
        ) from error
    return TransformersEmbedding(loaded, fingerprint=fingerprint, prefixes=prefixes)


def _is_installed(name: str) -> bool:
    try:
        return util.find_spec(name) is not None
    except ModuleNotFoundError:  # the package around it is not there
        return False


def _read_hub_json(model: str) -> ReadJson:
    """Reads the files of a model of Hugging Face, from its cache where they are there."""
    from transformers.utils.hub import cached_file

    def read(name: str) -> Any:
        try:
            path = cached_file(model, name, _raise_exceptions_for_missing_entries=False)
            return json.loads(Path(path).read_text(encoding="utf-8")) if path else None
        except OSError as error:  # what transformers makes of an unknown name, a private model, no connection
            raise EmbeddingUnavailableError(
                f"KILDE_EMBED is transformers:{model}, but there is no folder of that name here, and from Hugging Face "
                f"it cannot be had: {' '.join(str(error).split())} Correct the name, check the connection, or give the "
                "folder of a model that is here."
            ) from error
        except ValueError as error:
            raise SettingsError(f"The file {name} of the embedding model {model} cannot be read: {error}.") from error

    return read


def _average(parts: Sequence[tuple[list[float], int]]) -> list[float]:
    """The vectors' mean, weighted and L2-normalised; a single vector is left as it is."""
    if len(parts) == 1:
        return parts[0][0]
    vectors, sizes = zip(*parts, strict=True)
    mean = np.average(np.asarray(vectors, dtype=np.float64), axis=0, weights=sizes)
    scaled: list[float] = (mean / np.linalg.norm(mean)).tolist()
    return scaled
