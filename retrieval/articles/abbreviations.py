"""Words that decide whether a full stop ends a sentence, by language.

Entries carry no full stop at their end. Lower-case ones also match with a capital first letter, but not in capitals;
others match only as they are written. A word that often ends sentences ("Art", "vol", "tom", "max") is not listed,
though some write it as an abbreviation.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEVER_LAST: dict[str, frozenset[str]] = {
    "": _words("dr prof mr mrs st vs cfr cf approx"),
    "it": _words(
        "dott dott.ssa sig sig.ra sig.na sigg prof.ssa avv ing arch geom rag on sen gen col ten mons don s.e ss artt "
        "pag pagg fig figg tab cap voll nr cod rif tel es p.es ad.es cosid c.d all lett lgs d.lgs sez ca pres card"
    ),
    "no": _words(
        "f.eks feks bl.a bla dvs d.v.s nr kl ca pkt jf jfr iflg ifl hhv inkl ekskl evt ev div sml mht vedr vha pga "
        "p.g.a m.a.o mao s.k såk kgl hr fr adm avd dir pres tlf fhv f.o.m t.o.m gnr bnr str alm opprinn cand sst egl"
    ),
    "en": _words(
        "ms messrs rev hon gov sen rep gen col lt capt cmdr sgt maj adm pres supt insp mt e.g i.e viz ca figs vols pp "
        "Fig Vol Nos"
    ),
    "de": _words(
        "hr fr frl nr bzw ca z.b d.h u.a o.g sog vgl bspw inkl exkl evtl ggf zzgl abzgl geb gest kgl dipl ing med jur "
        "phil abs abb bd hrsg hg tel s.o s.u v.a u.u ehem stellv verh röm kath evang engl frz mio mrd einschl insb lt"
    ),
    "fr": _words("M MM mme mmes mlle mlles mgr pr ste chap fig av env p.ex c.-à-d réf tél éd gén lt"),
    "es": _words(
        "EE sr sra srta sres dra d dña profa lic ing arq gral cnel cap tte sto sta excmo excma ilmo ilma arts pág págs "
        "núm núms fig tel p.ej ej aprox ud uds vd vds avda mons pbro"
    ),
    "nl": _words("dhr mevr mw drs ir ing bijv bv o.a d.w.z ca nr blz incl excl jl"),
    "sv": _words("t.ex tex bl.a bla d.v.s dvs ca kl nr s.k resp inkl exkl jfr jf tel"),
    "da": _words("f.eks feks bl.a bla dvs ca kl nr jf hhv inkl ekskl evt hr fr tlf mht pga skt sml ang s.k såk"),
    "pt": _words("sr sra srs dra d profa eng cel pe sto sta arts pág págs fig núm tel p.ex"),
    "ro": _words("dl dna ing nr str lit pag alin cca tel sf acad"),
    "ru": _words("им ул просп наб пл пер корп напр т.е т.к т.н т.о тов акад проф доц инж св"),
    "tr": _words("doç av sn bkz örn yrd öğr gör mah cad sok tel"),
    "ar": _words("د أ م ص"),
    "hi": _words("डॉ श्री प्रो"),
    "el": _words("κ κα δρ καθ π.χ δηλ βλ αγ"),
}
"""After these the sentence goes on, whatever comes next. The empty key holds for every language."""

BEFORE_NUMBER: dict[str, frozenset[str]] = {
    "": _words("nr p pp art fig vol §"),
    "it": _words("n nn co comma h par d"),
    "no": _words("s kap bd post kr mill pst"),
    "en": _words("No ch sec secs para jan feb apr jun jul aug sept sep oct nov dec"),
    "de": _words("s rn kap anm ziff z bl pos aufl jan feb mrz apr jun jul aug sept okt nov dez"),
    "fr": _words("n t par al alin janv févr avr juil sept oct nov déc"),
    "es": _words("n n.º párr t"),
    "nl": _words("hfdst"),
    "sv": _words("s kap bd"),
    "da": _words("s kap bd stk"),
    "pt": _words("n n.º cap"),
    "ru": _words("с п пп № ч д кв ст стр рис табл гл см тел"),
    "tr": _words("s md no"),
    "el": _words("σ σελ αρ άρθ τηλ"),
}
"""After these a number belongs to the same sentence; a word may begin a new one."""

MONTHS: dict[str, frozenset[str]] = {
    "it": _words("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
    "no": _words("januar februar mars april mai juni juli august september oktober november desember"),
    "en": _words("january february march april may june july august september october november december"),
    "de": _words("januar jänner februar märz april mai juni juli august september oktober november dezember"),
    "fr": _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "es": _words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    "nl": _words("januari februari maart april mei juni juli augustus september oktober november december"),
    "sv": _words("januari februari mars april maj juni juli augusti september oktober november december"),
    "da": _words("januar februar marts april maj juni juli august september oktober november december"),
    "pt": _words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
    "ro": _words("ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie"),
    "ru": _words("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
    "tr": _words("ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık"),
    "el": _words(
        "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου "
        "δεκεμβρίου"
    ),
}
"""Month names as they stand inside dates."""

ORDINARY: dict[str, frozenset[str]] = {
    "it": _words(
        "no sì fa in ore due tre ecc etc km via qui lì là gas re zoo ue pil ha è te me lui lei noi voi gdp usa onu "
        "mai ci vi set top va sa li la le lo si se sia su po mi cm"
    ),
    "no": _words(
        "det ut med i min nå fyr jul nok enn av på til inn opp ned om der her oss dem deg seg meg han hun så år dag "
        "vei liv ord tid by sa etc osv mer to tre fem sju ti ja nei an da se gå få bra kan usa eu nrk vg del ga la"
    ),
    "en": _words("etc it up so in on me us him her go by do he she war now all out to too be may"),
    "de": _words(
        "etc usw ein aus an ab zu vor um ist war hat es er sie du ja so da nun gut tat tag jahr weg eu usa mm al"
    ),
    "fr": _words("etc pas là ici eau an ans non oui vie lui eux moi toi mer soi ue"),
    "es": _words("etc no sí más ya él mal día mes fin vez sol río ley paz ahí así ue mar km mm nos da un"),
    "ro": _words("etc loc va mm la"),
}
"""Short words that do end sentences, though sentencex takes them for abbreviations; its misses are looked for in these
languages alone."""
