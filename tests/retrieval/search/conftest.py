"""One small collection in five languages and three writing directions, embedded once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.index.embedding import embed_passages
from retrieval.index.lexical import LexicalIndex
from retrieval.index.nodes import StoredNode
from retrieval.search.fitted import FittedValues
from retrieval.search.memory import MemorySource

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

TEXTS = {
    "bru": ("no", "Den nye brua over Lauvsundet åpnet for trafikk lørdag."),
    "skole": ("no", "Skolen på Lauvøya får ny rektor til høsten."),
    "museo": ("it", "Il museo delle campane di Montefalda riapre a settembre."),
    "barsy": ("ru", "В зоопарке Лесогорска родились два снежных барса."),
    "mustashfa": ("ar", "افتتحت مدينة وادي الزيتون مستشفى جديدا للأطفال."),
    "huojian": ("zh", "清溪镇的小学生制作了一枚小火箭。"),
}


@dataclass(frozen=True, slots=True)
class Collection:
    source: MemorySource
    lexical: LexicalIndex


@pytest.fixture(scope="session")
def collection(cut_article: Callable[..., list[StoredNode]], embedding: BaseEmbedding) -> Collection:
    nodes = [node for name, (language, text) in TEXTS.items() for node in cut_article(name, text, language=language)]
    vectors = embed_passages(embedding, [node.text for node in nodes])
    return Collection(MemorySource(nodes, vectors), LexicalIndex.in_memory(nodes))


@pytest.fixture(scope="session")
def fitted(collection: Collection) -> FittedValues:
    """Values made up for the test: no mean for Arabic, a scale and shift that can be told from none."""
    zero = np.zeros(384, dtype=np.float32)
    return FittedValues(
        fingerprint="test",
        question_means=dict.fromkeys(("en", "no", "it", "ru", "zh"), zero),
        passage_means=dict.fromkeys(("en", "no", "it", "ru", "zh"), zero),
        scalars={"centred_weight": 0.5, "cross_scale": 0.6, "cross_shift": 0.05, "cross_lexical_weight": 0.25},
        arrays={},
    )
