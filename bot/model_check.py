"""``kilde doctor`` on the language model: does it answer, and if not, which setting is to be changed?"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.app import App
from bot.check import Check
from retrieval.errors import ModelError, ModelFailure, SettingsError

if TYPE_CHECKING:
    from retrieval.answer.llm import LanguageModel
    from retrieval.settings import Settings

NAME = "language model"
ANSWER_TOKENS = 200
"""One would do, but some models think before they say it."""
OFFERED_TIMEOUT_S = 5.0
OFFERED_SHOWN = 10

_FIXES: dict[ModelFailure, str] = {
    "unreachable": "Start the server, or correct KILDE_LLM_URL.",
    "slow": "Raise KILDE_LLM_FIRST_WORD_S, or choose a faster model with KILDE_LLM.",
    "stalled": "Raise KILDE_LLM_STALL_S, or choose a faster model with KILDE_LLM.",
    "too_long": "Raise KILDE_LLM_TOTAL_S, or choose a faster model with KILDE_LLM.",
    "key": "Set KILDE_LLM_KEY to a key of that server.",
    "unknown_model": "Correct KILDE_LLM, or KILDE_LLM_URL.",
    "malformed": "Correct KILDE_LLM_URL: it should be the server's address up to /v1.",
    "missing_package": "pip install 'kilde[torch]', or set KILDE_LLM to a model on a server.",
    "overflow": "Set KILDE_LLM_CONTEXT_TOKENS to what the model takes.",
    "load": "Correct KILDE_LLM: a Hugging Face id, a folder with a model in it, or a .gguf file.",
}
_OTHER_FIX = "See the server's log, or choose another model with KILDE_LLM."


def check_language_model(app: App) -> Check:
    """Have the configured model say a word, within the limits that answers have."""
    from prompts import PromptError, load_prompts
    from retrieval.answer.llm import load_language_model  # late: only `doctor` needs it

    settings = app.settings
    try:
        load_prompts(settings.prompts)
    except PromptError as error:
        fix = "Correct the file in the folder that KILDE_PROMPTS names, or unset KILDE_PROMPTS."
        return Check(NAME, "fail", str(error), fix)
    try:
        model = load_language_model(settings)
    except SettingsError as error:
        return Check(NAME, "fail", str(error), "Correct KILDE_LLM, or the setting that the message names.")
    if model is None:
        return Check(NAME, "ok", "none: answers are quoted")
    with model:
        return _try(model, settings)


def _try(model: LanguageModel, settings: Settings) -> Check:
    from retrieval.answer.llm import Message

    try:
        generation = model.stream([Message("user", "Say yes.")], max_tokens=ANSWER_TOKENS)
        for _ in generation:
            pass
    except ModelError as error:
        fix = _FIXES.get(error.reason, _OTHER_FIX)
        offered = _offered(settings) if error.reason == "unknown_model" else []
        if offered:
            fix = f"Set KILDE_LLM to a model that the server offers: {', '.join(offered)}."
        return Check(NAME, "fail", str(error), fix)
    first_ms = generation.usage.first_word_ms
    first = f", first word after {first_ms:,.0f} ms" if first_ms is not None else ""
    return Check(NAME, "ok", f"{model.name}{first}")


def _offered(settings: Settings) -> list[str]:
    """What the server says that it has, as `KILDE_LLM` names it; empty if it does not tell."""
    import httpx  # late: it takes .1 s

    from retrieval.answer.llm.specification import read_specification

    specification = read_specification(settings)
    if specification is None or not specification.url:
        return []
    path, key = ("/api/tags", "models") if specification.kind == "ollama" else ("/models", "data")
    secret = settings.llm_key
    headers = {"Authorization": f"Bearer {secret.get_secret_value()}"} if secret else {}
    names: list[str] = []
    with suppress(httpx.HTTPError, ValueError, TypeError, AttributeError):  # it is only a hint
        content: Any = httpx.get(specification.url + path, headers=headers, timeout=OFFERED_TIMEOUT_S).json()
        names = [str(item.get("id") or item.get("name")) for item in content.get(key) or ()]
    more = [f"and {len(names) - OFFERED_SHOWN} more"] if len(names) > OFFERED_SHOWN else []
    return [f"{specification.kind}:{name}" for name in names[:OFFERED_SHOWN]] + more
