"""Sentences that make no sense without the one before them, told by how they begin."""

from __future__ import annotations

import regex

OPENERS: dict[str, frozenset[str]] = {
    language: frozenset(words.split(","))
    for language, words in {
        "en": "he,she,they,it,this,these,that,those,his,her,their,its,but,instead,however,there,then,both,neither,so,such",
        "it": "lui,lei,egli,ella,essa,esso,loro,questo,questa,questi,queste,quello,quella,ciò,ma,però,invece,tuttavia,inoltre,così,"
        "entrambi,entrambe,lì,qui,anche",
        "no": "han,hun,dette,disse,slik,men,likevel,derimot,dermed,dessuten,begge,så,ho",
        "da": "han,hun,dette,disse,men,dog,derimod,dermed,desuden,begge,så",
        "sv": "han,hon,detta,dessa,där,men,dock,däremot,därmed,dessutom,båda,så",
        "de": "er,sie,dies,diese,dieser,dieses,dort,dabei,damit,dafür,dagegen,aber,jedoch,doch,beide,seine,ihre,so,zudem,außerdem",
        "fr": "il,elle,ils,elles,cela,ceci,ce,cette,ces,cet,celui,celle,mais,cependant,toutefois,pourtant,ainsi,y,tous,son,sa,ses,leur",
        "es": "él,ella,ellos,ellas,esto,eso,este,esta,estos,estas,ese,esa,pero,sin,así,allí,ambos,ambas,su,sus,además,también",
        "pt": "ele,ela,eles,elas,isto,isso,este,esta,estes,estas,esse,essa,mas,porém,assim,ali,ambos,ambas,também",
        "nl": "hij,zij,ze,het,dit,deze,dat,die,maar,echter,daar,daarmee,beide,zo,ook",
        "ru": "он,она,оно,они,это,этот,эта,эти,его,её,их,но,однако,там,так,также,оба,обе",
        "tr": "o,onlar,bu,bunlar,bunun,ancak,ama,fakat,orada,böylece,ayrıca",
        "el": "αυτός,αυτή,αυτό,αυτοί,αυτές,αυτά,όμως,αλλά,ωστόσο,εκεί,έτσι,επίσης",
        "ro": "el,ea,ei,ele,acesta,aceasta,aceștia,acestea,dar,însă,totuși,acolo,astfel,ambii,ambele",
        "ar": "هو,هي,هم,هذا,هذه,ذلك,تلك,وهو,وهي,وهم,لكن,ولكن,هناك,كما",
    }.items()
}
"""First words, in small letters, of a sentence that leans on the one before it."""

UNSEGMENTED_OPENERS = {
    "zh": ("他", "她", "它", "这", "那", "该", "其", "但", "然而", "此外", "对此", "同时"),
    "ja": ("彼", "これ", "それ", "その", "この", "しかし", "また", "そこ", "同"),
    "th": ("เขา", "เธอ", "มัน", "แต่", "นี่", "นั่น"),
}

_FIRST_WORD = regex.compile(r"^[^\p{L}]*(\p{L}[\p{L}\p{M}]*)")


def depends_on_previous(sentence: str, language: str) -> bool:
    """Whether a sentence begins with a word that points back to the one before it."""
    if language in UNSEGMENTED_OPENERS:
        return sentence.lstrip("「『“‘《—– ").startswith(UNSEGMENTED_OPENERS[language])
    found = _FIRST_WORD.match(sentence)
    return found is not None and found[1].lower() in OPENERS.get(language, ())
