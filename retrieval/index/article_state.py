"""What the store holds of an article, told from node ids alone: no metadata is read for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from retrieval.index.nodes import HASH_CHARS, NodeId


@dataclass(frozen=True, slots=True)
class ArticleState:
    """Which nodes of which versions of an article are stored."""

    article_id: str
    versions: Mapping[str, list[NodeId]]
    """Nodes by the first HASH_CHARS characters of the content hash."""

    def is_complete(self, content_hash: str) -> bool:
        """Whether every node of the version with that hash is stored."""
        nodes = self.versions.get(content_hash[:HASH_CHARS], [])
        return bool(nodes) and len(nodes) == nodes[0].count

    def ids(self, *, except_hash: str | None = None) -> list[str]:
        """Ids of the stored nodes, leaving out one version."""
        kept = except_hash[:HASH_CHARS] if except_hash else None
        return [str(node) for prefix, nodes in self.versions.items() if prefix != kept for node in nodes]
