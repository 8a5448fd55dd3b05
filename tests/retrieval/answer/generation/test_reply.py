from __future__ import annotations

import pytest

from retrieval.answer.generation.reply import Reply, WrittenSentence, read_reply


def read(text: str, size: int = 3) -> tuple[list[WrittenSentence], Reply]:
    reply = Reply()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return list(read_reply(pieces, reply)), reply


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_sentences_and_their_numbers(size: int) -> None:
    found, reply = read("USED: [1.2] [3.1]\nIl ponte è aperto. [1.2]\nCostò 4 milioni. [1.2][3.1]\n", size)
    assert found == [
        WrittenSentence("Il ponte è aperto.", ((1, 2),)),
        WrittenSentence("Costò 4 milioni.", ((1, 2), (3, 1))),
    ]
    assert reply == Reply(used=((1, 2), (3, 1)))


def test_a_sentence_comes_before_the_next_one_is_written() -> None:
    def pieces() -> list[str]:
        return ["The bridge is open. [1.1] It co", "st 4 million. [1.2]"]

    reading = read_reply(iter(pieces()), Reply())
    assert next(reading).text == "The bridge is open."
    assert next(reading).text == "It cost 4 million."


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("[1.2, 1.4]", ((1, 2), (1, 4))),
        ("[1.2-1.4]", ((1, 2), (1, 3), (1, 4))),
        ("[1.2–4]", ((1, 2), (1, 3), (1, 4))),
        ("[2]", ((2, 0),)),
        ("[Passage 2.1]", ((2, 1),)),
        ("【2.1】", ((2, 1),)),
        ("", ()),
        ("[sic]", ()),
    ],
)
def test_the_ways_in_which_models_cite(written: str, numbers: tuple[tuple[int, int], ...]) -> None:
    (found,), _ = read(f"Brua er åpen. {written}\n")
    assert found.numbers == numbers


@pytest.mark.parametrize("text", ["USED: none", "**USED**: none.", "used: None\n", "none", "NONE."])
def test_a_model_that_finds_nothing(text: str) -> None:
    found, reply = read(text)
    assert not found
    assert reply.says_nothing


def test_introductions_and_labels_are_no_sentences() -> None:
    found, _ = read("Here is the answer:\nANSWER: Die Brücke ist offen. [1.1]\n---\n")
    assert [sentence.text for sentence in found] == ["Die Brücke ist offen."]


def test_a_line_of_numbers_alone_is_what_is_used() -> None:
    found, reply = read("[1.2] [1.3]\n桥开放了。 [1.2]")
    assert [sentence.text for sentence in found] == ["桥开放了。"]
    assert reply.used == ((1, 2), (1, 3))


def test_a_mark_in_the_middle_of_a_sentence() -> None:
    found, _ = read("The mayor [1.1] said that the bridge opens [1.2]. It cost 4 million. [1.3]")
    assert found == [
        WrittenSentence("The mayor said that the bridge opens.", ((1, 1), (1, 2))),
        WrittenSentence("It cost 4 million.", ((1, 3),)),
    ]


def test_what_is_cut_off_is_no_sentence() -> None:
    found, _ = read("Il ponte è aperto. [1.1]\nIl sindaco non ha")
    assert [sentence.text for sentence in found] == ["Il ponte è aperto."]


def test_an_answer_behind_what_is_used() -> None:
    found, reply = read("USED: [1.1] Brua åpnet i 2020. [1.1]")
    assert [sentence.text for sentence in found] == ["Brua åpnet i 2020."]
    assert reply.used == ((1, 1),)


def test_places_are_kept_where_they_matter() -> None:
    pieces = ["USED: none\nDie Brücke ist offen. [1.1]\n"]
    texts = [sentence.text for sentence in read_reply(pieces, Reply(), with_blanks=True)]
    assert texts == ["", "Die Brücke ist offen."]
