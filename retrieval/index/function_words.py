"""Words that a question is made with rather than about, by language.

tantivy's own lists cover the function words of twelve languages but few question words; these add the question words
everywhere, and the commonest function words where tantivy has no list.
"""

from __future__ import annotations

QUESTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """
            who whom whose what which when where why how many much did does do is was were are has have had will
            would
        """,
        "it": """
            chi che cosa cos quale quali quando dove dov perché perche come com quanto quanta quanti quante è
            era sono stato stata
        """,
        "no": """
            hvem hva hvilken hvilket hvilke når hvor hvorfor hvordan mange mye er var blir ble har hadde skal
            kva kven kvifor korleis
        """,
        "da": """
            hvem hvad hvilken hvilket hvilke hvornår hvor hvorfor hvordan mange meget er var bliver blev har
            havde skal
        """,
        "sv": """
            vem vad vilken vilket vilka när var varför hur många mycket är blir blev har hade ska
        """,
        "de": """
            wer wen wem wessen was welche welcher welches welchen welchem wann wo wohin woher warum wieso wie
            viel viele ist war sind waren wird wurde wurden hat hatte haben
        """,
        "fr": """
            qui que quoi quel quelle quels quelles quand où pourquoi comment combien est ce était sont été ont
            eu a fut
        """,
        "es": """
            quién quien quiénes qué que cuál cual cuáles cuándo cuando dónde donde por cómo como cuánto cuánta
            cuántos cuántas es era fue son ha han había
        """,
        "pt": """
            quem que qual quais quando onde porque por quê como quanto quanta quantos quantas é era foi são tem
        """,
        "nl": """
            wie wat welke welk wanneer waar waarom hoe hoeveel veel is was zijn waren werd heeft had
        """,
        "ro": """
            cine ce care când unde de cum cât câtă câți câte este e a fost era sunt au avut în la pe cu din și
            al ale lui o un
        """,
        "ru": """
            кто кого кому что чего какой какая какое какие когда где куда откуда почему зачем как сколько чей
            был была было были
        """,
        "fi": """
            kuka ketkä kenen mikä mitä mitkä milloin missä mistä mihin miksi miten kuinka monta paljon on oli
            ovat olivat
        """,
        "hu": """
            ki kik mi mik melyik mikor hol hová honnan miért hogyan mennyi hány van volt voltak
        """,
        "tr": """
            kim kimin ne neyi hangi zaman nerede nereye nereden neden niçin nasıl kaç kadar mi mı mu mü ve ile
            bir bu için da de
        """,
        "el": """
            ποιος ποια ποιο ποιοι ποιες τι πότε πού που γιατί πώς πως πόσο πόσα πόσοι πόσες είναι ήταν ο η το οι
            τα του της των στο στη στην στον και με από για σε
        """,
        "ar": """
            من ما ماذا متى أين لماذا كيف كم أي أية هل هو هي كان كانت في على إلى عن التي الذي أن و
        """,
        "hi": """
            कौन किसने किसे किस क्या कब कहाँ कहां क्यों कैसे कितना कितने कितनी कौनसा है हैं था थे थी का की के में
            से को ने पर और
        """,
        "vi": """
            ai gì nào khi bao giờ đâu ở tại sao như thế nhiêu mấy là có đã được của và trong cho những các một
        """,
        "ta": """
            யார் என்ன எது எப்போது எங்கே ஏன் எப்படி எத்தனை எவ்வளவு
        """,
    }.items()
}

QUESTION_PHRASES: tuple[str, ...] = (
    "什么时候", "為什麼", "为什么", "哪一个", "哪一年", "什么", "什麼", "哪里", "哪裡", "哪个", "哪個", "哪些",
    "多少", "怎么", "怎樣", "怎样", "如何", "何时", "何時", "几个", "誰", "谁", "吗", "嗎", "的", "了",
    "是", "在", "ですか", "ましたか", "でしたか", "いつ", "どこ", "どの", "どれ", "なぜ", "どう", "何", "ใคร",
    "อะไร", "เมื่อไหร่", "เมื่อไร", "เมื่อใด", "ที่ไหน", "ที่ใด", "ทำไม", "อย่างไร",
    "เท่าไหร่", "เท่าไร", "เท่าใด", "กี่", "누가", "누구", "무엇", "언제", "어디", "어느",
    "얼마나", "얼마", "왜", "어떻게", "몇"
)  # fmt: skip
"""The same for scripts without spaces between words; removed before the question is cut into 2-grams, longest first."""
