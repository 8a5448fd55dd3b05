"""Our own questions about the sample articles, asked in ten languages, most of them across languages.

python -m benchmarks.samples
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.own_questions import OwnQuestion, ask_all
from retrieval import Library
from retrieval.articles import split_sentences

QUESTIONS = Path(__file__).parent / "sample_questions.json"
ARTICLES = Path(__file__).parents[1] / "bot" / "samples"


def main() -> None:
    """Ask all questions and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--same-language", action="store_true", help="leave out questions across languages")
    arguments = parser.parse_args()
    questions = sample_questions()
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        library.index([ARTICLES])
        if arguments.same_language:
            languages = {article.source: article.language for article in library.articles()}
            questions = [
                question
                for question in questions
                if not question.expected or question.language == languages[next(iter(question.expected))]
            ]
        missing = without_sentence(library, questions)
        score = ask_all(library, questions)
    print(f"\nsamples: {score}; expected strings that stand in no sentence: {missing}")


def sample_questions() -> list[OwnQuestion]:
    """All questions about the sample articles, those without an answer last."""
    return [OwnQuestion.from_row(row) for row in json.loads(QUESTIONS.read_text(encoding="utf-8"))]


def without_sentence(library: Library, questions: Sequence[OwnQuestion]) -> list[str]:
    """Expected strings that no one sentence of their article holds, so that no quote could be right."""
    sentences: dict[str, list[str]] = {}
    for article in library.articles():
        text = library.article_text(article.id)
        spans = split_sentences(text, article.language)
        sentences[article.source] = [text[span.start_char : span.end_char] for span in spans]
    return [
        string
        for question in questions
        for source, strings in question.expected.items()
        for string in strings
        if not any(string in sentence for sentence in sentences[source])
    ]


if __name__ == "__main__":
    main()
