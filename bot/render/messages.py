"""The few words that frame an answer, in the language of the question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Messages:
    """What Kilde itself says around what the articles say."""

    refusal: str
    closest: str
    sources: str
    quoted: str
    """Begins the line that says why an answer is quoted although a language model is configured."""


_MESSAGES = {
    "ar": Messages("لا تذكر المقالات ذلك.", "أقرب المقالات", "المصادر", "مقتبس"),
    "da": Messages("Artiklerne siger det ikke.", "Nærmeste artikler", "Kilder", "Citeret"),
    "de": Messages("Das steht nicht in den Artikeln.", "Nächstliegende Artikel", "Quellen", "Zitiert"),
    "el": Messages("Τα άρθρα δεν το αναφέρουν.", "Πλησιέστερα άρθρα", "Πηγές", "Παράθεση"),
    "en": Messages("The articles do not say.", "Closest articles", "Sources", "Quoted"),
    "es": Messages("Los artículos no lo dicen.", "Artículos más cercanos", "Fuentes", "Citado"),
    "fi": Messages("Artikkelit eivät kerro sitä.", "Lähimmät artikkelit", "Lähteet", "Lainattu"),
    "fr": Messages("Les articles ne le disent pas.", "Articles les plus proches", "Sources", "Cité"),
    "he": Messages("המאמרים אינם מציינים זאת.", "המאמרים הקרובים ביותר", "מקורות", "ציטוט"),
    "it": Messages("Gli articoli non lo dicono.", "Articoli più vicini", "Fonti", "Citato"),
    "ja": Messages("記事には書かれていません。", "最も近い記事", "出典", "引用"),
    "ko": Messages("기사에 나와 있지 않습니다.", "가장 가까운 기사", "출처", "인용"),
    "nl": Messages("De artikelen vermelden dat niet.", "Dichtstbijzijnde artikelen", "Bronnen", "Geciteerd"),
    "no": Messages("Artiklene sier det ikke.", "Nærmeste artikler", "Kilder", "Sitert"),
    "pl": Messages("Artykuły o tym nie mówią.", "Najbliższe artykuły", "Źródła", "Cytat"),
    "pt": Messages("Os artigos não o dizem.", "Artigos mais próximos", "Fontes", "Citado"),
    "ro": Messages("Articolele nu spun acest lucru.", "Cele mai apropiate articole", "Surse", "Citat"),
    "ru": Messages("В статьях об этом не говорится.", "Ближайшие статьи", "Источники", "Цитата"),
    "sv": Messages("Artiklarna säger inte det.", "Närmaste artiklar", "Källor", "Citerat"),
    "tr": Messages("Makaleler bunu belirtmiyor.", "En yakın makaleler", "Kaynaklar", "Alıntı"),
    "uk": Messages("У статтях про це не сказано.", "Найближчі статті", "Джерела", "Цитата"),
    "vi": Messages("Các bài báo không nói điều đó.", "Các bài báo gần nhất", "Nguồn", "Trích dẫn"),
    "zh": Messages("文章中没有提到。", "最接近的文章", "来源", "引用"),
}


def messages_for(language: str) -> Messages:
    """The words for a language (ISO 639-1); English for one that has none here."""
    return _MESSAGES.get(language, _MESSAGES["en"])
