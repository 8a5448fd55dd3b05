from datetime import date

import pytest

from retrieval.articles.html_pages import read_html

PARAGRAPHS = (
    "Kommunestyret i Storvik vedtok mandag kveld å bygge en ny bru over elva etter tre timers debatt.",
    "Brua skal etter planen stå ferdig om to år, og den vil koste 140 millioner kroner, sier ordføreren.",
)


def _page(*, head: str = "", article: str = "", lang: str = "nb") -> str:
    body = article or "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body>'
        '<nav><ul><li><a href="/">Forsiden</a></li></ul></nav>'
        f"<article>{body}</article><footer>Kopirett Storvik Blad</footer></body></html>"
    )


def test_finds_the_article_among_menus() -> None:
    assert read_html(_page()).text == "\n".join(PARAGRAPHS)


def test_json_ld_gives_metadata() -> None:
    head = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
      {"@type": "WebSite", "name": "Forside"},
      {"@type": ["NewsArticle"], "headline": "Ny bru &amp; vei", "datePublished": "2024-03-05T10:00:00+01:00",
       "author": [{"@type": "Person", "name": "Tuva Solli"}, {"name": "Ola Vik"}],
       "publisher": {"@type": "Organization", "name": "Storvik Blad"},
       "mainEntityOfPage": {"@id": "https://example.org/bru"}}]}</script>
      <meta property="og:title" content="Noe annet">"""
    found = read_html(_page(head=head)).metadata
    assert found.title == "Ny bru & vei"
    assert found.author == "Tuva Solli, Ola Vik"
    assert found.outlet == "Storvik Blad"
    assert found.published == date(2024, 3, 5)
    assert found.url == "https://example.org/bru"


def test_open_graph_gives_metadata() -> None:
    head = """<title>Ny bru | Storvik Blad</title><meta property="og:title" content="Ny bru">
      <meta property="og:site_name" content="Storvik Blad"><meta name="author" content="Tuva Solli">
      <meta property="article:published_time" content="2024-03-05T10:00:00Z">
      <meta property="og:url" content="https://example.org/bru"><script type="application/ld+json">{broken</script>"""
    found = read_html(_page(head=head)).metadata
    assert (found.title, found.outlet, found.author) == ("Ny bru", "Storvik Blad", "Tuva Solli")
    assert found.published == date(2024, 3, 5)
    assert found.url == "https://example.org/bru"


def test_elements_give_metadata() -> None:
    article = "<h1>Ny bru <em>over</em> elva</h1><time datetime='2024-03-05'>i går</time>" + "".join(
        f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS
    )
    found = read_html(_page(head="<link rel='canonical' href='https://example.org/x'>", article=article)).metadata
    assert (found.title, found.published, found.url) == ("Ny bru over elva", date(2024, 3, 5), "https://example.org/x")


def test_nothing_is_guessed_from_the_text_or_the_address() -> None:
    article = "".join(
        f"<p>{paragraph}</p>" for paragraph in (*PARAGRAPHS, "Publisert 5. mars 2024 av Tuva Solli, Storvik Blad.")
    )
    head = "<link rel='canonical' href='https://example.org/2023/11/07/bru'><meta name='article:author' content='https://x.org/a'>"
    found = read_html(_page(head=head, article=article)).metadata
    assert (found.published, found.author, found.outlet, found.title) == (None, None, None, None)


def test_an_ambiguous_date_is_absent() -> None:
    assert read_html(_page(head='<meta name="date" content="05/03/2024">')).metadata.published is None
    times = "<time datetime='2024-03-05'></time><time datetime='2024-04-01'></time>"
    article = times + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    assert read_html(_page(article=article)).metadata.published is None


def test_blocks_become_lines() -> None:
    article = (
        f"<h2>Vedtaket</h2><p>{PARAGRAPHS[0]} Les <a href='/x'>mer <b>her</b></a> om\n      saken.</p>"
        f"<ul><li>Ja: 18</li><li>Nei: 9</li></ul><p>Linje en<br>linje to</p>"
        f"<table><tr><td>2023</td><td>12</td></tr><tr><td>2024</td><td>14</td></tr></table><p>{PARAGRAPHS[1]}</p>"
    )
    lines = read_html(_page(article=article)).text.split("\n")
    assert f"{PARAGRAPHS[0]} Les mer her om saken." in lines
    for line in ["- Ja: 18", "- Nei: 9", "Linje en", "linje to", "2023 | 12", "2024 | 14", PARAGRAPHS[1]]:
        assert line in lines


def test_code_on_a_page_stays() -> None:
    article = (
        "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
        + "<pre><code>if a &lt; b:\n    x = '&lt;p&gt;'</code></pre>"
    )
    assert read_html(_page(article=article)).text.endswith("\nif a < b:\nx = '<p>'")


def test_teasers_go() -> None:
    article = f"<p>{PARAGRAPHS[0]}</p><p>Les også: <a href='/y'>Ferja går igjen</a></p><p>{PARAGRAPHS[1]}</p>"
    assert read_html(_page(article=article)).text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "paragraphs",
    [
        (
            "قرر مجلس المدينة مساء الاثنين بناء جسر جديد فوق النهر.",
            "وقال رئيس البلدية إن العمل سيبدأ في الربيع ويستمر عامين.",
        ),
        (
            "市议会星期一晚上决定在河上修建一座新桥，预计两年完工。",
            "市长说工程将于明年春天开始，费用由省里和市里分担。",
        ),
        (
            "Городской совет решил в понедельник построить новый мост.",
            "Работы начнутся весной и продлятся два года, сказал мэр.",
        ),
        ("สภาเมืองตัดสินใจสร้างสะพานใหม่ข้ามแม่น้ำเมื่อคืนวันจันทร์", "นายกเทศมนตรีกล่าวว่างานจะเริ่มในฤดูใบไม้ผลิและใช้เวลาสองปี"),
    ],
)
def test_other_scripts(paragraphs: tuple[str, str]) -> None:
    article = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    assert read_html(_page(article=article)).text == "\n".join(paragraphs)


def test_a_bare_fragment_and_a_declaration() -> None:
    fragment = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    assert read_html(fragment).text == "\n".join(PARAGRAPHS)
    assert read_html(f'<?xml version="1.0" encoding="utf-8"?>\n{_page()}').text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "page",
    [
        "",
        " ",
        "<html></html>",
        "<!-- x -->",
        "<script>var a = 1;</script>",
        "<html><body><img src=a></body></html>",
        '<html><body><nav><a href="/">Hjem</a><nav><a href="/sport">Sport</a></nav></nav><img src=a></body></html>',
        "\x00",
    ],
)
def test_a_page_without_text_is_empty(page: str) -> None:
    assert read_html(page).text == ""


def test_deep_nesting_does_not_break() -> None:
    assert isinstance(read_html("<div>" * 20_000 + "tekst").text, str)
