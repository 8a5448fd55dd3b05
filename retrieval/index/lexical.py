"""The lexical index: BM25 over the terms of nodes, in tantivy; derived from the store, and rebuilt when missing."""

from __future__ import annotations

import json
import logging
import math
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from retrieval.errors import StoreError
from retrieval.index.analysis import STEMMERS, Term, analyze, question_terms
from retrieval.index.nodes import StoredNode
from retrieval.index.store import Store
from retrieval.models import UNKNOWN_LANGUAGE, Filters
from retrieval.settings import Settings

logger = logging.getLogger(__name__)

FORMAT_VERSION = 1
"""Raise it when a text's terms change; an index of another format is made anew."""
LEXICAL_FOLDER = "lexical"
STATE_NAME = "kilde.json"
WRITER_HEAP_BYTES = 20_000_000
"""tantivy wants at least 15 MB a thread."""
SYNC_BATCH = 2000

K1 = 1.2
"""tantivy's (and Lucene's) BM25 constant: a term scores at most ``idf * (K1 + 1)``."""


def _schema() -> tantivy.Schema:
    # All keys are in one field. With a field a language, a text's length would be compared with the average over all
    # nodes, most of which have nothing in that field, and articles of the rarer languages would lose most of their
    # score.
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("outlet", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


@dataclass(slots=True)
class LexicalIndex:
    """BM25 search over nodes by terms. Not thread-safe: one thread at a time."""

    _index: tantivy.Index
    _schema: tantivy.Schema
    _folder: Path | None
    _version: int
    """Version of the store that the index is known to equal; 0 if none."""
    _on_disk: bool = False

    @classmethod
    def open(cls, settings: Settings) -> LexicalIndex:
        """Open the index of a library for reading; writes nothing.

        One that is missing, damaged or of another format is empty until ``sync`` makes it anew.
        """
        folder = settings.data_dir.absolute() / LEXICAL_FOLDER / settings.library
        index = cls(tantivy.Index(_schema()), _schema(), folder, 0)
        index.reload()
        return index

    @classmethod
    def in_memory(cls, nodes: Iterable[StoredNode]) -> LexicalIndex:
        """An index of these nodes alone, which leaves nothing on disk."""
        schema = _schema()
        index = cls(tantivy.Index(schema), schema, None, 0)
        index.update(add=nodes, remove=(), version=0)
        return index

    @property
    def version(self) -> int:
        """Version of the store that the index is known to equal; 0 if none."""
        return self._version

    def reload(self) -> None:
        """See what another process has committed."""
        if self._folder is None:
            return
        self._version = _read_state(self._folder) or 0
        if self._on_disk and self._version:
            self._index.reload()
            return
        self._on_disk = False
        if self._version:
            try:
                self._index = tantivy.Index(self._schema, path=str(self._folder))
                self._on_disk = True
            except (ValueError, OSError) as error:
                logger.warning("The lexical index in %s is damaged (%s) and will be made anew", self._folder, error)
                self._version = 0

    def count(self) -> int:
        """Number of nodes."""
        return self._index.searcher().num_docs

    def update(self, *, add: Iterable[StoredNode], remove: Iterable[str], version: int) -> None:
        """Commit nodes and removals at once; only the holder of the writer lock may.

        Args:
            add: Nodes to index; those with the same ids are replaced.
            remove: Node ids.
            version: The store's version that the index equals after this.

        Raises:
            StoreError: If the disk refuses.
        """
        try:
            if self._folder is not None and not self._on_disk:
                self._make_folder(self._folder)
            writer = self._index.writer(WRITER_HEAP_BYTES, 1)
            for node_id in remove:
                writer.delete_documents_by_term("id", node_id)
            for node in add:
                writer.delete_documents_by_term("id", node.id)
                writer.add_document(_document(node))
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
            self._write_state(version)
        except (ValueError, OSError) as error:
            raise StoreError(
                f"The lexical index in {self._folder} cannot be written: {error}. Is the disk full?"
            ) from error

    def sync(self, store: Store) -> bool:
        """Bring the index to the store's state, if its recorded version differs; returns whether it did.

        Only the holder of the writer lock may call it.
        """
        version = store.version()
        if version == self._version:
            return False
        wanted, present = set(store.all_ids()), set(self.ids())  # of an index that is not on disk: none
        missing, surplus = sorted(wanted - present), sorted(present - wanted)
        logger.info("Lexical index: %d nodes to add, %d to remove", len(missing), len(surplus))
        for start in range(0, len(missing), SYNC_BATCH):
            self.update(add=store.get(missing[start : start + SYNC_BATCH]), remove=(), version=self._version)
        self.update(add=(), remove=surplus, version=version)
        return True

    def ids(self) -> list[str]:
        """Ids of all nodes."""
        searcher = self._index.searcher()
        if searcher.num_docs == 0:
            return []
        hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
        return [str(searcher.doc(address).get_first("id")) for _, address in hits]

    def languages(self) -> list[str]:
        """Languages of the nodes, sorted."""
        # The filter leaves out languages that only deleted nodes had.
        counts = self._index.searcher().terms_with_prefix("language", "", filter_query=tantivy.Query.all_query())
        return sorted(language for language, count in counts if count)

    def search(
        self, question: str, *, language: str, k: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:  # fmt: skip
        """The nodes that share most with the question.

        Args:
            question: Any text; it is never read as query syntax.
            language: ISO 639-1 of the question; if ``und``, it is stemmed in every language of the articles.
            k: How many at most.
            filters: Which articles to look in.

        Returns:
            (node id, BM25 score), best first.
        """
        terms = self.terms(question, language=language)
        searcher = self._index.searcher()
        if not terms or searcher.num_docs == 0:
            return []
        words = tantivy.Query.boolean_query([(tantivy.Occur.Should, self._term_query(term)) for term in terms])
        required = [
            (tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in self._filter_queries(filters)
        ]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, words), *required]) if required else words
        hits = searcher.search(query, k, count=False).hits
        found = [(str(searcher.doc(address).get_first("id")), float(score)) for score, address in hits]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def terms(self, question: str, *, language: str) -> list[Term]:
        """The terms that ``search`` would look for."""
        languages = (
            [language] if language != UNKNOWN_LANGUAGE else [code for code in self.languages() if code in STEMMERS]
        )
        return question_terms(question, languages)

    def max_score(self, question: str, *, language: str) -> float:
        """About the most that a node could score for this question; words that no article has count in full."""
        return (K1 + 1) * sum(self.idf(term) for term in self.terms(question, language=language))

    def idf(self, term: Term) -> float:
        """Rarity of a term: ``ln(1 + (N - n + 0.5) / (n + 0.5))`` of the most frequent of its keys, as in BM25."""
        searcher = self._index.searcher()
        nodes = max(searcher.doc_freq("terms", key) for key in term.keys)
        total = max(searcher.num_docs, nodes)
        return math.log(1 + (total - nodes + 0.5) / (nodes + 0.5))

    def _make_folder(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._on_disk = True

    def _term_query(self, term: Term) -> tantivy.Query:
        queries = [tantivy.Query.term_query(self._schema, "terms", key, "freq") for key in term.keys]
        return tantivy.Query.disjunction_max_query(queries) if len(queries) > 1 else queries[0]

    def _filter_queries(self, filters: Filters | None) -> list[tantivy.Query]:
        if filters is None:
            return []
        queries = []
        if filters.languages:
            queries.append(tantivy.Query.term_set_query(self._schema, "language", list(filters.languages)))
        if filters.outlet is not None:
            queries.append(tantivy.Query.term_query(self._schema, "outlet", filters.outlet, "basic"))
        if filters.published_from is not None or filters.published_to is not None:
            first = filters.published_from.toordinal() if filters.published_from else None
            last = filters.published_to.toordinal() if filters.published_to else None
            queries.append(tantivy.Query.range_query(self._schema, "day", tantivy.FieldType.Integer, first, last))
        return queries

    def _write_state(self, version: int) -> None:
        self._version = version
        if self._folder is None:
            return
        temporary = self._folder / f"{STATE_NAME}.new"
        temporary.write_text(json.dumps({"format": FORMAT_VERSION, "library_version": version}), encoding="utf-8")
        temporary.replace(self._folder / STATE_NAME)


def _read_state(folder: Path) -> int | None:
    try:
        state: Any = json.loads((folder / STATE_NAME).read_text(encoding="utf-8"))
        return int(state["library_version"]) if state["format"] == FORMAT_VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _document(node: StoredNode) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", node.id)
    document.add_text("language", node.language)
    if node.outlet:
        document.add_text("outlet", node.outlet)
    if node.published:
        document.add_integer("day", node.published.toordinal())
    terms = analyze(node.embedded_text, node.language)
    document.add_text("terms", " ".join(key for term in terms for key in term.keys))
    return document
