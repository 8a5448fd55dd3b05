"""Words that lean on something said before, by language: in a follow-up question, and at the start of a sentence."""

from __future__ import annotations

from retrieval.answer.words import word_sets

QUESTION_OPENERS = word_sets(
    {
        "en": "and but so",
        "it": "e ed ma",
        "no": "og men",
        "sv": "och men",
        "da": "og men",
        "de": "und aber",
        "nl": "en maar",
        "fr": "et mais",
        "es": "y pero",
        "pt": "e mas",
        "pl": "i lub",
        "ru": "и а но",
        "tr": "ve ama peki",
        "el": "και αλλά",
        "ro": "și dar",
        "ar": "و",
    }
)
"""Conjunctions that begin a question only when it goes on from another."""

QUESTION_POINTERS = word_sets(
    {
        "en": "he she they him his hers them their theirs its",
        "it": "lui egli ella esso essa loro ciò",
        "no": "han hun ham henne hans hennes dem deres dette disse",
        "sv": "han hon honom hans hennes dem deras detta dessa",
        "da": "han hun ham hende hans hendes dem deres dette disse",
        "de": "ihn ihm ihnen dies dabei damit dafür dazu darüber davon daran darauf",
        "nl": "hij hem hen daarvan daarmee",
        "fr": "lui elles celui celle cela ça",
        "es": "él ella ellos ellas eso ello",
        "pt": "ele ela eles elas dele dela deles delas isso",
        "ru": "он она оно они его её ему ей их",
        "tr": "onun onlar",
        "el": "αυτός αυτή αυτό αυτοί",
        "ro": "ea ei ele",
        "ar": "هم ذلك تلك",
    }
)
"""Words that stand, in a question, for somebody or something named before."""

QUESTION_LAST_POINTERS = word_sets(
    {
        "en": "it this that these those there her here",
        "it": "la le lo lei questo questa questi queste quello quella lì là",
        "no": "den det de der denne",
        "de": "sie er es diese dieser dort",
        "fr": "il elle ils lui leur y la le les là",
        "es": "la lo los las les su esto esta este allí",
        "ru": "это этот эта эти там",
        "tr": "bu şu o",
        "ar": "هذا هذه هناك",
    }
)
"""Words that are articles or fillers elsewhere, and pointers at the end of a question ("Hvor ligger det?")."""

UNSEGMENTED_QUESTION_OPENERS = ("那么", "那什么", "那谁", "那在", "那怎", "那为", "还有", "而且", "そして", "では")
UNSEGMENTED_QUESTION_POINTERS = (
    *("他" + after for after in "的是在们什为怎多几何哪叫说有会"),
    *("彼" + after for after in "はのがをに女ら"),
    *("她", "它", "这", "那个", "那里", "那是", "那时", "それ", "これ", "その"),
)
"""At the start of a question only (土耳其, 吉他), and in forms that begin no name (他信, 彼得)."""

SENTENCE_OPENERS = word_sets(
    {
        "en": "he she they it this these that those his her their its but instead however there then both neither so "
        "such",
        "it": "lui lei egli ella essa esso loro questo questa questi queste quello quella ciò ma però invece tuttavia "
        "inoltre così entrambi entrambe lì qui anche",
        "no": "han hun ho dette disse slik men likevel derimot dermed dessuten begge så",
        "da": "han hun dette disse men dog derimod dermed desuden begge så",
        "sv": "han hon detta dessa där men dock däremot därmed dessutom båda så",
        "de": "er sie dies diese dieser dieses dort dabei damit dafür dagegen aber jedoch doch beide seine ihre so "
        "zudem außerdem",
        "fr": "il elle ils elles cela ceci ce cette ces cet celui celle mais cependant toutefois pourtant ainsi y tous "
        "son sa ses leur",
        "es": "él ella ellos ellas esto eso estos estas ese esa pero así allí ambos ambas su sus además también",
        "pt": "ele ela eles elas isto isso este esta estes estas esse essa mas porém assim ali ambos ambas também",
        "nl": "hij zij ze dit deze maar echter daar daarmee beide zo ook",
        "ru": "он она оно они это этот эта эти его её их но однако там так также оба обе",
        "tr": "o onlar bu bunlar bunun ancak ama fakat orada böylece ayrıca",
        "el": "αυτός αυτή αυτό αυτοί αυτές αυτά όμως αλλά ωστόσο εκεί έτσι επίσης",
        "ro": "el ea ei ele acesta aceasta aceștia acestea dar însă totuși acolo astfel ambii ambele",
        "ar": "هو هي هم هذا هذه ذلك تلك وهو وهي وهم لكن ولكن هناك كما",
    }
)
"""First words, in small letters, of a sentence that leans on the one before it."""

UNSEGMENTED_SENTENCE_OPENERS = {
    "zh": ("他", "她", "它", "这", "那", "该", "其", "但", "然而", "此外", "对此", "同时"),
    "ja": ("彼", "これ", "それ", "その", "この", "しかし", "また", "そこ", "同"),
    "th": ("เขา", "เธอ", "มัน", "แต่", "นี่", "นั่น"),
}
