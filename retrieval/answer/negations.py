"""Words that deny what a sentence says, by language."""

from __future__ import annotations

from retrieval.answer.words import word_sets

NEGATIONS = word_sets(
    {
        "ar": "لا لم لن ليس ليست غير بدون دون",
        "da": "ikke aldrig ingen intet uden hverken",
        "de": "nicht nie niemals kein keine keinen keinem keiner keines ohne weder niemand nichts",
        "el": "δεν μην μη χωρίς ποτέ κανένας καμία κανένα ούτε",
        "en": "not no never none nobody nothing neither nor without cannot",
        "es": "no nunca jamás ningún ninguna ninguno nadie nada sin tampoco",
        "fi": "ei en et emme ette eivät ilman koskaan kukaan mitään",
        "fr": "pas ne n jamais aucun aucune rien sans ni",
        "hi": "नहीं न बिना कभी",
        "it": "non mai nessuno nessuna nessun niente nulla senza né neanche nemmeno",
        "nl": "niet nooit geen niemand niets zonder noch",
        "no": "ikke ikkje aldri ingen ingenting inga intet uten utan verken",
        "pl": "nie nigdy żaden żadna żadne nikt nic bez ani",
        "pt": "não nunca jamais nenhum nenhuma ninguém nada sem nem",
        "ro": "nu niciodată niciun nicio nimeni nimic fără nici",
        "ru": "не нет никогда никто ничего без ни нельзя",
        "sv": "inte aldrig ingen inget inga utan varken",
        "tr": "değil yok hiç asla olmadan hiçbir",
        "uk": "не ні немає ніколи ніхто нічого без",
    }
)
UNSEGMENTED_NEGATIONS = {
    "ja": ("ない", "ません", "なかった", "ず、", "なし"),
    "th": ("ไม่", "ไม่มี", "ยังไม่"),
    "zh": ("不", "没", "未", "无", "没有", "無", "沒"),
}
"""Languages written without spaces: these stand inside what would be words."""
NOT_DENYING = word_sets(
    {
        "ja": "少ない 少なかった",
        "zh": "未来 未來 无人机 無人機 无线 無線 不仅 不僅 不同 不过 不過 不断 不斷 不少",
    }
)
"""Words of these that hold a negation and are none."""
SHORT_NOT = "n't"
"""The ending that denies in English; with a straight or a curled apostrophe."""
IMPLIED = word_sets(
    {
        "de": "nur erst kaum außer ausschließ* ausgeschloss* weiger* unzerleg* "
        "fehl* mangel* verbot* verbiet* verweiger* ablehn* lehnte unmöglich außerhalb unricht* "
        "unvollend* unfähig selten scheiter* bestritt* bestreit*",
        "en": "only except exclud* undevelop* "
        "until unless hardly barely scarcely rarely seldom virtually nearly lack* fail* refus* reject* "
        "forbid* forbad* ban bans banned prohibit* deny denie* unable impossible outside unfinish* incorrect* "
        "absen* hostile oppos*",
        "es": "solo sólo hasta falt* carec* prohib* rechaz* neg* imposible incapaz fuera apenas fracas*",
        "fr": "seulement jusqu manqu* interdi* refus* rejet* impossible incapable hors rarement échou*",
        "it": "solo soltanto contest* esclud* esclus* "
        "tranne fino finché privo priva privi prive manc* vietat* viet* rifiut* imposs* incapac* "
        "incompiut* "
        "raro raramente appena fuori fallit* negò nega negato",
        "no": "bare kun først før mangl* mangel* forby* forbud* nekt* avvis* umulig utenfor knapt sjelden "
        "ufullend* ufør* uriktig* mislyk* unntatt",
    }
)
"""Words that deny without a negation, or that stand for one in another wording ("not until", "only after"); a star
stands for any ending."""
