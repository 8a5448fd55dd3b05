"""Reading articles: files in, cleaned text with language and metadata out."""

from retrieval.articles.files import SourceFile, UnlistedFolder, scan
from retrieval.articles.language import detect_language, language_code
from retrieval.articles.reader import read_file, read_path
from retrieval.articles.sentences import split_sentences

__all__ = [
    "SourceFile",
    "UnlistedFolder",
    "detect_language",
    "language_code",
    "read_file",
    "read_path",
    "scan",
    "split_sentences",
]
