from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from retrieval.answer.follow_up import (
    MAX_TOPIC_CHARS,
    MAX_TURNS,
    Standalone,
    about_topic,
    leans_on_history,
    search_for,
    standalone_question,
    topic_of,
)
from retrieval.articles import detect_language
from retrieval.index.nodes import StoredNode
from retrieval.models import Turn
from retrieval.search.question import Question
from retrieval.search.ranked import RankedNode

LEANING = {
    "en": ["And when was that?", "When did she retire?", "Why?", "But who paid for it?", "How long will they stay?"],
    "it": ["E quando?", "Ma chi ha pagato?", "Perché?", "Che cosa ha detto lei?", "Quanto è durato questo?"],
    "no": ["Og når?", "Hvor mange var det?", "Hvor ligger den?", "Når ble hun valgt til leder?", "Hvorfor?"],
    "de": ["Und wann?", "Warum?", "Wo liegt das?", "Was passiert damit?", "Wer hat ihn gesehen?", "Wie lange noch?"],
    "fr": ["Et quand ?", "Pourquoi ?", "Mais qui a payé ?", "Où se trouve-t-il ?", "Combien ça coûte ?"],
    "es": ["¿Y cuándo?", "¿Por qué?", "¿Pero quién lo pagó?", "¿Qué dijo ella después?", "¿Dónde está?"],
    "zh": ["那什么时候？", "为什么？", "他什么时候退休的？", "它有多长？", "还有谁参加？", "这座桥有多长？"],
    "ja": ["それはいつですか？", "なぜ？"],
    "ru": ["А когда?", "Почему?", "Сколько ему лет?", "И кто заплатил?", "Когда её построили?", "Где это?"],
    "ar": ["ومتى؟", "لماذا؟", "كم عمره؟", "وأين يقع؟", "متى حدث ذلك؟"],
    "tr": ["Ve ne zaman?", "Neden?"],
}

STANDALONE = {
    "en": ["Who cut the ribbon at the new bridge?", "How many volunteers will run the lighthouse from June?"],
    "it": ["Chi dirige la biblioteca di Montefalda?", "Quanto è costato il restauro della biblioteca comunale?"],
    "no": ["Hvem klippet snoren på den nye brua?", "Hvor lang er brua i Vikhamn?", "Hva skjedde i 1987?"],
    "de": ["Wann öffnet das Hallenbad in Kesselbruck wieder?", "Warum ist das Bad geschlossen?"],
    "fr": ["Qui a ouvert le musée de Val-Perdu ?", "Où se trouve le musée des cloches ?"],
    "es": ["¿Quién dirige el museo de Torrebruna?", "¿Cuándo abre la nueva biblioteca municipal?"],
    "zh": ["清溪镇小学什么时候开设航天课？", "新桥什么时候开放通行？"],
    "ru": ["Кто построил новый вольер в зоопарке?", "Как зовут самку снежного барса?"],
    "ar": ["من افتتح مستشفى الأطفال في وادي الزيتون؟", "كم سريرا يضم مستشفى الأطفال الجديد؟"],
    "ko": ["새로 지은 다리를 누가 열었습니까?"],
}

ONLY_ALIKE = [
    # Conjunctions of one language are prepositions and articles of others.
    "I hvilket år ble brua bygd?",
    "En quelle année le pont a-t-il été construit ?",
    "¿En qué año se construyó el puente?",
    "I vigili hanno evacuato quante persone?",
    # Pronouns of one language are verbs and nouns of others.
    "¿Cuántos árboles han plantado en la plaza?",
    "Che cosa disse il sindaco durante la cerimonia?",
    "Quelle est la dette de la ville ?",
    # Arabic asks who and what with a pronoun.
    "من هو رئيس بلدية وادي الزيتون؟",
    "ما هي كلفة بناء المستشفى الجديد؟",
    # The character is part of another word.
    "土耳其的地震造成多少人死亡？",
    "谁弹吉他最出名？",
    "其他城市的票价是多少？",
    "那不勒斯的博物馆什么时候开放？",
    "他信什么时候访问了清溪镇？",
    "彼得大帝什么时候出生？",
    # One word holds an article, a noun and a preposition.
    "Köprüyü kim yaptı?",
    "누가 다리를 열었습니까?",
]

BEFORE = {
    "en": "Who opened the new bridge at Port Allard?",
    "it": "Chi ha inaugurato il ponte di Montefalda?",
    "no": "Hvem åpnet den nye brua i Vikhamn?",
    "de": "Wer hat das Hallenbad in Kesselbruck gebaut?",
    "fr": "Qui a ouvert le musée de Val-Perdu ?",
    "es": "¿Quién inauguró el museo de Torrebruna?",
    "zh": "谁修建了清溪镇的大桥？",
    "ja": "だれが青川町の橋を建てましたか？",
    "ru": "Кто построил мост в Лесогорске?",
    "ar": "من افتتح مستشفى الأطفال في وادي الزيتون؟",
    "tr": "Yeşilova köprüsünü kim açtı?",
    "ko": "누가 청산리의 새 다리를 열었습니까?",
}


def rows(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(key, question) for key, questions in table.items() for question in questions]


@pytest.mark.parametrize(("language", "question"), rows(LEANING))
def test_questions_that_lean_on_the_one_before(language: str, question: str) -> None:
    assert leans_on_history(question, BEFORE[language])


@pytest.mark.parametrize(("language", "question"), rows(STANDALONE))
def test_questions_that_stand_alone(language: str, question: str) -> None:
    assert not leans_on_history(question, BEFORE[language])


@pytest.mark.parametrize("question", [*ONLY_ALIKE, *BEFORE.values()])
def test_questions_that_only_look_like_follow_ups(question: str) -> None:
    assert [before for before in ("", *BEFORE.values()) if leans_on_history(question, before)] == []


def test_a_follow_up_in_another_language_leans_too() -> None:
    assert leans_on_history("E quando è stato costruito?", BEFORE["no"])
    assert leans_on_history("А кто за него заплатил?", BEFORE["it"])


def test_a_short_questions_language_is_that_of_the_one_before_it() -> None:
    assert detect_language("E Livia?") == "und"
    assert leans_on_history("E Livia?", BEFORE["it"])
    assert not leans_on_history("E Livia?", BEFORE["en"])


@pytest.mark.parametrize("question", ["?!", "", "…"])
def test_a_question_without_words_leans_on_nothing(question: str) -> None:
    assert not leans_on_history(question, BEFORE["no"])


@pytest.mark.parametrize(
    ("before", "question", "searched"),
    [
        ("Hvem åpnet brua i Vikhamn?", "Og når?", "Og når? (Hvem åpnet brua i Vikhamn)"),
        ("Кто открыл мост в Лесогорске?!", "А когда?", "А когда? (Кто открыл мост в Лесогорске)"),
        ("من افتتح مستشفى وادي الزيتون؟", "ومتى؟", "ومتى؟ (من افتتح مستشفى وادي الزيتون)"),
        ("谁在清溪镇当老师？", "为什么？", "为什么？ (谁在清溪镇当老师)"),
        ("Chi dirige il museo di Montefalda…", "E dove?", "E dove? (Chi dirige il museo di Montefalda)"),
        # Longer ones ask something else, about the same names.
        ("Hvem åpnet Tårnbrua i Vikhamn?", "Og hva kostet den?", "Og hva kostet den? (Tårnbrua i Vikhamn)"),
        ("Кто открыл мост в Лесогорске?", "А сколько ему лет?", "А сколько ему лет? (Лесогорске)"),
        ("谁在清溪镇当老师？", "那什么时候开学？", "那什么时候开学？ (谁在清溪镇当老师)"),
    ],
)
def test_a_follow_up_takes_the_last_questions_topic_along(before: str, question: str, searched: str) -> None:
    history = [Turn("What is the weather in Port Allard?", "Rain."), Turn(before, "…")]
    assert standalone_question(question, history).text == searched


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("When did Maud Pellerin leave Gull Point?", "Maud Pellerin Gull Point"),
        ("Quando riapre il Museo del Vento di Portoluce?", "Museo del Vento di Portoluce"),
        ("Che cosa ha detto l'Agenzia Falda?", "Agenzia Falda"),
        ("Chi dirige il Museo dell’Aria d’Alba?", "Museo Aria d’Alba"),
        ("Wann öffnet das Hallenbad in Kesselbruck?", "Hallenbad in Kesselbruck"),
        ("Hvem vant «Tårnprisen» i 2031?", "Tårnprisen 2031"),
        ("Когда построили мост Орлова?", "Орлова"),
        # No name: all of it.
        ("Hvem eier ferga?", "Hvem eier ferga"),
        ("How many were hurt in the flood of 2031?", "How many were hurt in the flood of 2031"),
        ("كم سريرا يضم المستشفى؟", "كم سريرا يضم المستشفى"),
        ("新桥什么时候开放？", "新桥什么时候开放"),
    ],
)
def test_a_topic_is_a_questions_names(question: str, topic: str) -> None:
    assert topic_of(question) == topic


@pytest.mark.parametrize(
    "questions",
    [
        ("Hvem åpnet brua i Vikhamn?", "Og når?", "Og hvor?"),
        ("Кто открыл мост в Лесогорске?", "А когда?", "А сколько ему лет?", "Почему?"),
        ("من افتتح مستشفى وادي الزيتون؟", "ومتى؟", "لماذا؟"),
        ("谁在清溪镇当老师？", "为什么？", "那什么时候？", "还有谁？"),
    ],
)
def test_the_topic_lasts_through_several_follow_ups(questions: tuple[str, ...]) -> None:
    *earlier, last = ("When does the ferry leave Port Allard?", *questions)
    history = [Turn(question, "…") for question in earlier]
    assert standalone_question(last, history).text == f"{last} ({questions[0].rstrip('?؟？')})"


def test_a_new_question_changes_the_topic() -> None:
    history = [Turn("Hvem åpnet brua i Vikhamn?", ""), Turn("Og når?", ""), Turn("Hvor ligger museet i Lauvik?", "")]
    assert standalone_question("Og hvem eier det?", history).text == "Og hvem eier det? (Lauvik)"


def test_when_every_question_leans_the_first_is_the_topic() -> None:
    assert standalone_question("Hvor?", [Turn("Hvem åpnet?", ""), Turn("Når?", "")]).text == "Hvor? (Hvem åpnet)"


def test_the_first_question_is_left_as_it_is() -> None:
    assert standalone_question("Og når?", []).text == "Og når?"


def test_a_question_that_stands_alone_forgets_the_history() -> None:
    question = "Hvor lang er brua i Vikhamn?"
    assert standalone_question(question, [Turn("Hvem åpnet museet?", "Livia.")]).text == question


@pytest.mark.parametrize("wordless", ["", "  ", "???"])
def test_a_turn_without_words_is_passed_over(wordless: str) -> None:
    assert standalone_question("Og når?", [Turn(wordless, "")]).text == "Og når?"
    history = [Turn("Hvem åpnet brua i Vikhamn?", "Hatlen."), Turn(wordless, "")]
    assert standalone_question("Og når?", history).text == "Og når? (Hvem åpnet brua i Vikhamn)"


def test_the_earlier_question_is_cleaned_too() -> None:
    history = [Turn("Hvem\nåpnet\x00 \u202ebrua?", "")]
    assert standalone_question("Og når?", history).text == "Og når? (Hvem åpnet brua)"


def test_a_long_history_is_bounded() -> None:
    history = [Turn("Hvem åpnet brua i Vikhamn?", ""), *[Turn("Og når?", "")] * MAX_TURNS]
    assert "Vikhamn" not in standalone_question("Og hvor?", history).text
    assert "Vikhamn" in standalone_question("Og hvor?", history[:MAX_TURNS]).text
    searched = standalone_question("Og hvor?", [Turn("Hvem åpnet " + "brua " * 1000, "")]).text
    assert len(searched) <= MAX_TOPIC_CHARS + len("Og hvor? ()")


CutArticle = Callable[..., list[StoredNode]]
FERRY = ("Fergen Havsula kom i juni.\n", "Den kostet 184 millioner kroner.")
MUSEUM = "Il museo riapre sabato.\nIl restauro è costato 3,6 milioni di euro."


def found(nodes: list[StoredNode]) -> list[RankedNode]:
    return [RankedNode(node, 0.9, 0.9, 0.0) for node in nodes]


def test_a_follow_up_knows_whom_it_is_about() -> None:
    history = [Turn("How many cars does the ferry Havsula carry?", "60")]
    assert standalone_question("And how much did it cost?", history).topic_names == {"havsula"}
    assert standalone_question("And when?", history).topic_names == {"havsula"}
    assert standalone_question("And in Bergen?", history).topic_names == {"havsula", "bergen"}
    assert standalone_question("Who designed the ferry?", history).topic_names == frozenset()


def test_a_follow_up_is_answered_from_articles_that_name_its_topic(cut_article: CutArticle) -> None:
    ferry, museum = cut_article("ferge", *FERRY), cut_article("museo", MUSEUM)
    kept = about_topic(found([*museum, *ferry]), frozenset({"havsula"}))
    assert [item.node for item in kept] == ferry, "also the node that does not repeat the name"


def test_a_topic_that_no_article_names_leaves_all(cut_article: CutArticle) -> None:
    everything = found([*cut_article("museo", MUSEUM), *cut_article("ferge", *FERRY)])
    assert about_topic(everything, frozenset({"kråkholmen"})) == everything
    assert about_topic(everything, frozenset()) == everything


UNCLEAR = [
    ("en", "Which languages does the mayor speak?"),
    ("en", "What about Tesla?"),
    ("it", "Ogni quanto tempo li eleggono i cittadini?"),
    ("no", "Hvor mange av øyene er bebodd?"),
    ("de", "Wie viele Menschen lebten dort?"),
    ("fr", "Combien de visiteurs attend-on chaque année ?"),
    ("es", "¿Para qué crearon la nueva oficina?"),
    ("ru", "Сколько человек работает теперь в городе?"),
    ("tr", "Her yıl kaç kişi ziyaret ediyor?"),
    ("ar", "كم عدد الأطباء الذين يعملون هناك الآن؟"),
    ("zh", "桥上的灯会持续多久？"),
    ("ja", "祭りは何日続きますか？"),
]


@pytest.mark.parametrize(("language", "question"), UNCLEAR)
def test_a_short_question_without_a_name_may_mean_either(language: str, question: str) -> None:
    standalone = standalone_question(question, [Turn(BEFORE[language], "")])
    assert standalone.text == question
    assert standalone.with_topic is not None
    assert standalone.with_topic.text == f"{question} ({topic_of(BEFORE[language])})"


@pytest.mark.parametrize(
    "question",
    [
        "Who won the chess tournament in Fjellvik?",
        "Hvor lang er brua i Vikhamn?",
        "Кто построил новый мост в Лесогорске?",
        "How many volunteers will run the old lighthouse on the island from next June?",
        "清溪镇小学从明年九月起将在每个星期三下午开设什么样的航天课？",
    ],
)
def test_a_question_that_names_what_it_is_about_or_is_long_means_itself(question: str) -> None:
    assert standalone_question(question, [Turn(BEFORE["en"], "")]) == Standalone(question)


def search_finding(**found: list[RankedNode]) -> Callable[[str], tuple[Question, list[RankedNode]]]:
    """A search that knows the questions `alone` and `followed`."""
    return lambda text: (Question(text, "no", np.zeros(1, dtype=np.float32)), found[text])


def scored(nodes: list[StoredNode], score: float) -> list[RankedNode]:
    return [RankedNode(node, score, score, 0.0) for node in nodes]


FOLLOWED = Standalone("followed", frozenset({"havsula"}))


@pytest.mark.parametrize(("alone", "followed", "meant"), [(0.9, 0.88, "alone"), (0.9, 0.895, "followed")])
def test_a_question_means_what_finds_the_better_passage(
    cut_article: CutArticle, alone: float, followed: float, meant: str
) -> None:
    ferry, museum = cut_article("ferge", *FERRY), cut_article("museo", MUSEUM)
    search = search_finding(alone=scored(museum, alone), followed=scored([*ferry, *museum], followed))
    question, ranked = search_for(Standalone("alone", with_topic=FOLLOWED), search)
    assert question.text == meant
    assert [item.node for item in ranked] == (museum if meant == "alone" else ferry), "only what names the topic"


@pytest.mark.parametrize(("repeats", "meant"), [(True, "alone"), (False, "followed")])
def test_a_whole_question_is_taken_along_only_if_it_leads_elsewhere(
    cut_article: CutArticle, repeats: bool, meant: str
) -> None:
    first, second = cut_article("ferge", *FERRY)
    search = search_finding(alone=scored([first], 0.8), followed=scored([second], 0.9))
    with_topic = Standalone("followed", repeats_question=repeats)
    assert search_for(Standalone("alone", with_topic=with_topic), search)[0].text == meant


@pytest.mark.parametrize("alone", [True, False])
def test_nothing_found_decides_nothing(cut_article: CutArticle, alone: bool) -> None:
    some = scored(cut_article("ferge", *FERRY), 0.9)
    search = search_finding(alone=some if alone else [], followed=[] if alone else some)
    question, ranked = search_for(Standalone("alone", with_topic=FOLLOWED), search)
    assert (question.text, len(ranked)) == ("alone", 2 if alone else 0)


def test_the_topic_of_a_follow_up_that_was_given_one_lasts() -> None:
    history = [
        Turn("Who opened the bridge in Vikhamn?", ""),
        Turn("How many ships pass below every day? (Vikhamn)", ""),
        Turn("Why? (How many ships pass below every day? (Vikhamn))", ""),
    ]
    searched = standalone_question("And who counts them?", history)
    assert searched.text == "And who counts them? (Vikhamn)"
