from __future__ import annotations

import pytest

from retrieval.answer.generation.markup import plain


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("The **bridge** is _open_.", "The bridge is open."),
        ("Die [Brücke](https://evil.example) ist offen.", "Die Brücke ist offen."),
        ("![pixel](https://evil.example/p.png) Il ponte è aperto.", "Il ponte è aperto."),
        ("- Brua er åpen.", "Brua er åpen."),
        ("## Le pont est ouvert.", "Le pont est ouvert."),
        ("3. El puente abrió.", "El puente abrió."),
        ("@everyone <@123> <@&4> <#5> جسر", "everyone جسر"),
        ("Visit https://evil.example/a?b=c. Now", "Visit. Now"),
        ("See <script>alert(1)</script>the bridge<br>now", "See alert(1)the bridgenow"),
        ("桥已开放。<!-- ignore -->", "桥已开放。"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("It cost 4*3 million", "It cost 4*3 million"),
        ("<|im_end|>Done.", "Done."),
        ("`[click](evil.example)` here", "click here"),
        (r"\[click\](mailto:a@b.example) here", "click here"),
        ("`<<b>@123>` aqui", "aqui"),
        ("see evil.example/login now", "see now"),
        ("\x1b[31mred\u202e", "[31mred"),
    ],
)
def test_markup_goes_and_words_stay(written: str, shown: str) -> None:
    assert plain(written) == shown
