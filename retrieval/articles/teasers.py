"""Lines that a web page puts between paragraphs to lead the reader elsewhere ("Les også", "Leggi anche: ...").

Only a line that is nothing else goes: the label alone, or the label, a colon or arrow, and a headline. Prose that
begins with the same words stays, and so does whatever ends in a full stop: losing an article's sentence is worse than
keeping junk.
"""

from __future__ import annotations

import re
import unicodedata

_MAX_HEADLINE_CHARS = 160
_MIN_BLANKS_OF_A_SENTENCE = 2

# With or without a headline after a colon or an arrow.
_LABELS_BY_LANGUAGE = {
    "en": (
        "read also|also read|read more|read next|read this next|see also|related|related article|related articles"
        "|related stories|related story|related content|related news|related topics|more on this|more on this story"
        "|more on this topic|watch now|now watching|watch also|watch more|watch next|recommended|recommended for you"
        "|you may also like|you might also like|don't miss|up next|must read|most read|trending now|more from"
        "|read the full story|read the full article|more like this|now playing"
    ),
    "no": (
        "les også|les mer|les mer her|les mer om det her|les mer om saken|les også her"
        "|les óg|lesa også|les meir|les også saken|les saken|les hele saken|se også|sjå også"
        "|relaterte saker|relatert|mer om saken|mer om|flere saker|anbefalte saker|anbefalt|anbefales|mest lest"
        "|hør også|se video|aktuelt nå|saken fortsetter under annonsen|artikkelen fortsetter under annonsen"
        "|saken fortsetter under bildet|artikkelen fortsetter under bildet|saken fortsetter under"
        "|saken fortsetter under videoen|saken fortsetter etter annonsen|saken fortsett under annonsen"
    ),
    "da": (
        "læs også|læs mere|læs videre|se også|relaterede artikler|relateret|mere om|anbefalet"
        "|artiklen fortsætter under billedet|artiklen fortsætter efter annoncen|artiklen fortsætter under annoncen"
        "|artiklen fortsætter under videoen|hør også"
    ),
    "sv": (
        "läs också|läs även|läs mer|läs vidare|se också|se även|relaterade artiklar|relaterat|mer om|mest läst"
        "|rekommenderat|artikeln fortsätter efter annonsen|artikeln fortsätter under annonsen"
        "|artikeln fortsätter under bilden"
    ),
    "is": "lestu einnig|lesa meira|lesið einnig|sjá einnig",
    "fi": (
        "lue myös|lue lisää|katso myös|lue seuraavaksi|aiheesta lisää|suosittelemme|juttu jatkuu mainoksen jälkeen"
        "|juttu jatkuu kuvan alla"
    ),
    "it": (
        "leggi anche|leggi di più|leggi pure|leggi ancora|leggi tutto|leggi l'articolo completo|per approfondire"
        "|guarda anche|vedi anche|ora osservando|ora guardando|stai guardando|ora in visione|potrebbe interessarti"
        "|potrebbe interessarti anche|ti potrebbe interessare|potrebbero interessarti|articoli correlati"
        "|articolo correlato|correlati|notizie correlate|da non perdere|i più letti|consigliati|continua a leggere"
        "|continua a leggere dopo la pubblicità|l'articolo prosegue dopo la pubblicità"
    ),
    "de": (
        "lesen sie auch|lesen sie mehr|lesen sie dazu auch|lesen sie dazu|lesen sie hier|lies auch|mehr lesen"
        "|weiterlesen|mehr dazu|mehr zum thema|zum thema|siehe auch|auch interessant"
        "|das könnte sie auch interessieren|das könnte dich auch interessieren|ähnliche artikel|verwandte artikel"
        "|verwandte themen|meistgelesen|empfohlen|jetzt ansehen|lesetipp|mehr zu diesem thema"
    ),
    "nl": (
        "lees ook|lees meer|lees verder|bekijk ook|zie ook|gerelateerd|gerelateerde artikelen|meer over|meest gelezen"
        "|aanbevolen|kijk ook|luister ook|misschien ook interessant"
    ),
    "fr": (
        "lire aussi|à lire aussi|à lire également|lire également|lire la suite|lire plus|en savoir plus|voir aussi"
        "|à voir aussi|sur le même sujet|lisez aussi|articles liés|article lié|articles similaires|à ne pas manquer"
        "|les plus lus|recommandé pour vous|vous aimerez aussi|regarder aussi|à écouter aussi|notre sélection"
    ),
    "es": (
        "lea también|lee también|leer también|leer más|lea más|lee más|te puede interesar|le puede interesar"
        "|te podría interesar|también te puede interesar|quizás te interese|puede leer también|ver también"
        "|vea también|mira también|ver más|más información|noticias relacionadas|artículos relacionados"
        "|contenido relacionado|noticia relacionada|artículo relacionado|relacionado|recomendado|recomendados"
        "|seguir leyendo|no te pierdas|lo más leído|además"
    ),
    "ca": "llegeix també|llegiu també|més informació|notícies relacionades|et pot interessar",
    "pt": (
        "leia também|leia mais|ler mais|leia ainda|veja também|saiba mais|veja mais|artigos relacionados"
        "|notícias relacionadas|relacionadas|relacionado|mais lidas|recomendado para você"
        "|continua depois da publicidade|pode interessar|também pode gostar"
    ),
    "ro": (
        "citește și|citiți și|citeşte şi|citiţi şi|citește mai mult|citește mai departe|vezi și|vezi şi"
        "|articole similare|articole asemănătoare|articole recomandate|te-ar putea interesa|te-ar putea interesa și"
        "|recomandări|recomandat|mai multe despre"
    ),
    "pl": (
        "czytaj też|czytaj także|czytaj również|czytaj więcej|czytaj dalej|zobacz też|zobacz także|zobacz również"
        "|przeczytaj także|przeczytaj też|przeczytaj również|więcej na ten temat|powiązane artykuły|polecane|polecamy"
        "|najczęściej czytane"
    ),
    "cs": (
        "čtěte také|přečtěte si také|čtěte více|číst více|související články|související|mohlo by vás zajímat"
        "|viz také|čtěte dále"
    ),
    "sk": (
        "čítajte aj|čítajte tiež|prečítajte si aj|čítajte viac|súvisiace články|mohlo by vás zaujímať|pozrite si aj"
    ),
    "sl": "preberite tudi|preberite še|beri tudi|berite tudi|več o tem|sorodni članki",
    "hr": (
        "pročitajte i|pročitajte još|pročitajte više|pročitaj i|pročitaj još|čitajte još|povezane vijesti"
        "|povezani članci|vezane vijesti"
    ),
    "hu": (
        "olvassa el ezt is|olvasd el ezt is|olvasson tovább|tovább olvasom|kapcsolódó cikkek|kapcsolódó|ajánlott"
        "|ezt is ajánljuk|lásd még"
    ),
    "et": "loe ka|loe lisaks|loe edasi|vaata ka|seotud artiklid|loe veel",
    "lv": "lasi arī|lasiet arī|lasīt vairāk|skaties arī|saistītie raksti",
    "lt": "skaitykite taip pat|taip pat skaitykite|skaityti daugiau|susiję straipsniai|žiūrėkite taip pat",
    "sq": "lexo edhe|lexoni edhe|lexo më shumë|shiko edhe",
    "tr": (
        "ayrıca okuyun|bunu da okuyun|bunu da oku|ayrıca bakınız|devamını oku|daha fazla oku|daha fazlası"
        "|ilgili haberler|ilgili haber|ilgili yazılar|ilginizi çekebilir|ilginizi çekebilecek haberler"
        "|önerilen haberler|sıradaki haber|ayrıca bkz|şimdi izleniyor"
    ),
    "el": (
        "διαβάστε επίσης|διαβάστε ακόμη|διαβάστε ακόμα|διαβάστε περισσότερα|δείτε επίσης|δείτε ακόμη|δείτε ακόμα"
        "|σχετικά άρθρα|σχετικά θέματα|διάβασε επίσης|διάβασε ακόμη|διάβασε ακόμα|προτεινόμενα|τώρα παρακολουθείτε"
    ),
    "ru": (
        "читайте также|читать также|читайте ещё|читайте еще|читать далее|читать дальше|читать полностью"
        "|смотрите также|смотрите ещё|по теме|по теме статьи|материалы по теме|статьи по теме|новости по теме"
        "|похожие новости|рекомендуем|вам может быть интересно|сейчас смотрят|сейчас читают|самое читаемое|подробнее"
        "|подробнее по теме|не пропустите"
    ),
    "uk": (
        "читайте також|читати також|читайте ще|читати далі|читати більше|дивіться також|зараз дивляться|зараз читають"
        "|за темою|по темі|матеріали за темою|схожі новини|рекомендуємо|вас може зацікавити|не пропустіть|докладніше"
        "|детальніше"
    ),
    "bg": (
        "прочетете още|прочетете също|прочети още|вижте също|вижте още|чети още|още по темата|по темата"
        "|свързани статии|препоръчваме"
    ),
    "sr": "прочитајте и|прочитајте још|погледајте и|повезане вести|procitajte i|pročitajte još|povezane vesti",
    "ar": (
        "اقرأ أيضا|اقرأ أيضًا|اقرأ ايضا|إقرأ أيضا|اقرأ المزيد|اقرأ أكثر|إقرأ المزيد|شاهد أيضا|شاهد أيضًا"
        "|مواضيع ذات صلة|أخبار ذات صلة|مقالات ذات صلة|موضوعات ذات صلة|ذات صلة|قد يعجبك أيضا|قد يهمك أيضا|قد يهمك"
        "|المزيد من الأخبار|تابع القراءة|الأكثر قراءة"
    ),
    "fa": (
        "بیشتر بخوانید|بخوانید|همچنین بخوانید|مطالب مرتبط|اخبار مرتبط|خبرهای مرتبط|مطالعه بیشتر|ادامه مطلب"
        "|این مطلب را هم بخوانید"
    ),
    "ur": "یہ بھی پڑھیں|مزید پڑھیں|متعلقہ خبریں|مزید پڑھیے|یہ بھی پڑھیے",
    "he": "קראו גם|קרא גם|קראו עוד|קרא עוד|ראו גם|כתבות נוספות|אולי יעניין אותך|כתבות קשורות|עוד בנושא",
    "hi": "यह भी पढ़ें|ये भी पढ़ें|इसे भी पढ़ें|और पढ़ें|यह भी देखें|संबंधित खबरें|यह भी पढ़े|ये भी देखें",
    "bn": "আরও পড়ুন|আরো পড়ুন|এটিও পড়ুন|সম্পর্কিত খবর|আরও দেখুন",
    "ta": "மேலும் படிக்க|இதையும் படியுங்கள்|இதையும் படிங்க|தொடர்புடைய செய்திகள்",
    "th": ("อ่านเพิ่มเติม|อ่านต่อ|อ่านข่าวเพิ่มเติม|ข่าวที่เกี่ยวข้อง|เรื่องที่เกี่ยวข้อง|บทความที่เกี่ยวข้อง|ดูเพิ่มเติม|อ่านด้วย"),
    "vi": (
        "đọc thêm|xem thêm|đọc tiếp|tin liên quan|bài viết liên quan|bài liên quan|có thể bạn quan tâm|đọc nhiều nhất"
    ),
    "id": (
        "baca juga|baca selengkapnya|lihat juga|simak juga|berita terkait|artikel terkait|baca artikel selengkapnya"
        "|terkait|baca berikutnya"
    ),
    "zh": (
        "延伸阅读|延伸閱讀|相关阅读|相關閱讀|相关新闻|相關新聞|相关报道|相關報導|相关文章|相關文章|推荐阅读|推薦閱讀"
        "|更多阅读|阅读更多|閱讀更多|阅读全文|閱讀全文|点击阅读|猜你喜欢|你可能感兴趣|继续阅读|繼續閱讀|热门新闻|另请参阅|看更多"
    ),
    "ja": (
        "関連記事|あわせて読みたい|合わせて読みたい|続きを読む|関連ニュース|こちらもおすすめ"
        "|おすすめ記事|もっと読む|次に読む|こちらの記事も"
    ),
    "ko": "관련 기사|관련기사|더 읽기|더 보기|함께 읽기|추천 기사|이어서 보기|관련 뉴스|함께 보면 좋은 기사|계속 읽기",
    "sw": "soma zaidi|soma pia|habari zinazohusiana|tazama pia",
}
# Words with another meaning of their own: only when the whole line is nothing else.
_ALONE = (
    "advertisement|advertising|sponsored|story continues below advertisement|article continues below"
    "|continue reading|share this article|annonse|reklame|annons|annonce|artikkelen fortsetter|mainos|werbung"
    "|anzeige|advertentie|publicité|pubblicità|publicidad|publicidade|publicitate|reklama|hirdetés|reklam"
    "|διαφήμιση|реклама|إعلان|اعلان|تبلیغات|פרסומת|विज्ञापन|โฆษณา|quảng cáo|iklan|广告|廣告|広告|광고"
)
_ONLY_ALONE = (
    "aanbevolen|además|ajánlott|anbefales|anbefalt|consigliati|correlati|don't miss|empfohlen|en savoir plus"
    "|gerelateerd|kapcsolódó|mehr dazu|mehr zum thema|mer om|mere om|més informació|más información"
    "|no te pierdas|polecamy|polecane|recomendado|recomendados|recommended|related|relacionadas|relacionado"
    "|relateret|relaterat|relatert|saiba mais|související|suosittelemme|terkait|up next|zum thema|вижте още"
    "|детальніше|докладніше|не пропустите|не пропустіть|подробнее|по темата|по теме|по темі|за темою"
    "|препоръчваме|рекомендуем|рекомендуємо|بخوانید|ذات صلة|قد يهمك"
)

_EDGES = " \t*•▪►▶◄◀←→«»<>|#-–—()[]{}_…:："
_SEPARATOR = re.compile(r"\s*(?:[:：|]|»|›|>{1,2}|→|►|▶)\s*")
_FULL_STOP = re.compile(r"(?<!\.)[.。।۔॥៕።]['\"»”’)\]]*$")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("’", "'")).casefold()


def _folded_set(labels: str) -> frozenset[str]:
    return frozenset(_folded(label) for label in labels.split("|"))


_LABELS = _folded_set("|".join(_LABELS_BY_LANGUAGE.values()))
_WHOLE_LINES = _LABELS | _folded_set(_ALONE)
_BEFORE_HEADLINES = _LABELS - _folded_set(_ONLY_ALONE)
_LONGEST_LABEL_CHARS = max(len(label) for label in _WHOLE_LINES)


def is_teaser(line: str) -> bool:
    """Whether a line of an article only leads to another page.

    Args:
        line: One clean line.
    """
    if len(line) > _MAX_HEADLINE_CHARS + _LONGEST_LABEL_CHARS:
        return False
    bare = _folded(line.rstrip(_EDGES + ".").strip(_EDGES))
    # Three dots lead on to another page, one ends a sentence; "Saken fortsetter under bildet." is none in an article.
    is_sentence = _FULL_STOP.search(line) is not None
    if bare in _WHOLE_LINES and (not is_sentence or bare.count(" ") >= _MIN_BLANKS_OF_A_SENTENCE):
        return True
    if is_sentence:
        return False
    separator = _SEPARATOR.search(bare)
    return separator is not None and bare[: separator.start()] in _BEFORE_HEADLINES
