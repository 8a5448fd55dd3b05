"""A real server on the loopback, asked through LlamaIndex and the OpenAI client."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.errors import EmbeddingUnavailableError, SettingsError
from retrieval.index.embedding import embed_passages, embed_question, fingerprint, identity
from retrieval.index.embedding_models import configured_identity, load_embedding
from retrieval.index.served_embedding import ServedEmbedding
from retrieval.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import EmbeddingServer

NO_WAIT = (0.0, 0.0)


def served(server: EmbeddingServer, *, key: str | None = None, model: str = "letters") -> ServedEmbedding:
    return ServedEmbedding(model, server.url, key, waits_s=NO_WAIT)


def test_texts_in_many_scripts_get_the_servers_vectors(embedding_server: EmbeddingServer) -> None:
    texts = ["Broen er stengt.", "Мост закрыт.", "الجسر مغلق", "大桥关闭了。"]
    vectors = embed_passages(served(embedding_server), texts)
    expected = np.array([embedding_server.vector(text) for text in texts])
    np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert embed_question(served(embedding_server), "Broen?").shape == (32,)


def test_texts_go_in_batches(embedding_server: EmbeddingServer) -> None:
    assert embed_passages(served(embedding_server), [f"Sak {number}" for number in range(40)]).shape == (40, 32)
    assert [len(texts) for texts in embedding_server.asked] == [16, 16, 8]


def test_an_e5_model_gets_its_prefixes_by_its_name(embedding_server: EmbeddingServer) -> None:
    embedding_server.model = "intfloat/multilingual-e5-base"
    embedding = served(embedding_server, model=embedding_server.model)
    embed_question(embedding, "Når åpner broen?")
    embed_passages(embedding, ["I mars."])
    assert embedding_server.asked == [["query: Når åpner broen?"], ["passage: I mars."]]


def test_the_identity_is_known_without_asking(embedding_server: EmbeddingServer) -> None:
    settings = Settings(embed="openai-like:letters", embed_url=embedding_server.url)
    assert configured_identity(settings).fingerprint == "openai-like/letters"
    embedding = load_embedding(settings)
    assert fingerprint(embedding) == "openai-like/letters"
    assert embedding_server.asked == []
    assert identity(embedding).dimension == 32


def test_without_its_url_the_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="KILDE_EMBED is openai-like:letters, but KILDE_EMBED_URL does not say"):
        load_embedding(Settings(embed="openai-like:letters"))


@pytest.mark.parametrize(("key", "fix"), [(None, "Set KILDE_EMBED_KEY"), ("wrong", "Correct KILDE_EMBED_KEY")])
def test_a_wrong_key_is_not_tried_again(embedding_server: EmbeddingServer, key: str | None, fix: str) -> None:
    embedding_server.key = "hush"
    with pytest.raises(SettingsError, match=rf"refuses the key \(.*wrong key.*\)\. {fix}\.") as caught:
        embed_question(served(embedding_server, key=key), "Broen?")
    assert len(embedding_server.asked) == 1
    assert "hush" not in str(caught.value)
    assert embed_question(served(embedding_server, key="hush"), "Broen?").shape == (32,)


def test_the_key_of_openai_is_not_sent_elsewhere(
    embedding_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-somebody-else")
    embedding_server.key = "of-somebody-else"
    with pytest.raises(SettingsError, match="refuses the key"):
        embed_question(served(embedding_server), "Broen?")


def test_an_unknown_model(embedding_server: EmbeddingServer) -> None:
    with pytest.raises(
        SettingsError, match=r"has no model 'words', or no /embeddings .*KILDE_EMBED_URL, which usually"
    ):
        embed_question(served(embedding_server, model="words"), "Broen?")


def test_a_url_without_v1(embedding_server: EmbeddingServer) -> None:
    embedding_server.url = embedding_server.url.removesuffix("/v1")
    with pytest.raises(SettingsError, match="which usually ends in /v1"):
        embed_question(served(embedding_server), "Broen?")


@pytest.mark.parametrize("page", ["<html>Welcome</html>", '{"data": []}', '{"message": "hello"}'])
def test_something_else_answers(embedding_server: EmbeddingServer, page: str) -> None:
    embedding_server.page = page
    with pytest.raises(SettingsError, match=r"gives no embeddings .* Correct KILDE_EMBED_URL"):
        embed_passages(served(embedding_server), ["Broen er stengt."])


def test_a_server_that_fails_for_a_moment_is_asked_again(
    embedding_server: EmbeddingServer, caplog: pytest.LogCaptureFixture
) -> None:
    embedding_server.failures = [500, 429]
    with caplog.at_level(logging.WARNING, logger="retrieval"):
        assert embed_question(served(embedding_server), "Broen?").shape == (32,)
    assert len(embedding_server.asked) == 3
    assert "Trying again in 0 s" in caplog.text
    assert "Broen" not in caplog.text


def test_one_that_goes_on_failing_is_given_up(embedding_server: EmbeddingServer) -> None:
    embedding_server.failures = [503] * 10
    with pytest.raises(EmbeddingUnavailableError, match=r"failed \(.*\)\. Try again later, or look into its log"):
        embed_question(served(embedding_server), "Broen?")
    assert len(embedding_server.asked) == 3
    assert EmbeddingUnavailableError.retryable


def test_one_that_is_not_there() -> None:
    embedding = ServedEmbedding("letters", "http://me:hush@127.0.0.1:9/v1", None, waits_s=NO_WAIT)
    with pytest.raises(
        EmbeddingUnavailableError, match=r"at http://127\.0\.0\.1:9/v1 does not answer .*KILDE_EMBED_URL"
    ):
        embed_question(embedding, "Broen?")


def test_a_text_that_is_too_long_for_it(embedding_server: EmbeddingServer) -> None:
    embedding_server.most_chars = 10
    with pytest.raises(
        SettingsError, match=r"refuses a text \(.*too many tokens.*\)\. If it is too long for 'letters'"
    ):
        embed_passages(served(embedding_server), ["Broen er stengt til mars."])
