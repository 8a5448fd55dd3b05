from __future__ import annotations

import io
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Config, detect_terminal, load_config, shown_values
from retrieval.errors import SettingsError
from retrieval.settings import Settings


def test_defaults_are_those_of_the_pipeline() -> None:
    assert load_config().retrieval == Settings()


def test_a_flag_wins_over_a_variable_and_that_over_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("KILDE_LIBRARY=from-file\nKILDE_MAX_ARTICLE_MB=5\nKILDE_DATA_DIR=file-folder\n", "utf-8")
    monkeypatch.setenv("KILDE_LIBRARY", "from-variable")
    monkeypatch.setenv("KILDE_DATA_DIR", "variable-folder")
    config = load_config({"library": "from-flag", "data_dir": None})
    assert (config.library, str(config.data_dir), config.max_article_mb) == ("from-flag", "variable-folder", 5.0)


def test_a_blank_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDE_CHROMA_URL", "")
    assert load_config().chroma_url is None


def test_home_is_expanded() -> None:
    assert load_config({"data_dir": "~/news"}).data_dir == Path.home() / "news"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("KILDE_LOCK_TIMEOUT_S", "soon", r"KILDE_LOCK_TIMEOUT_S is 'soon', but should be a valid number"),
        ("KILDE_MIN_CONFIDENCE", "3", r"KILDE_MIN_CONFIDENCE is '3', but should be less than or equal to 1"),
        ("KILDE_LIBRARY", "a b", r"KILDE_LIBRARY is 'a b', but should have 3 to 64 letters"),
        ("KILDE_CHROMA_URL", "localhost:8000", r"should start with http:// or https://"),
        ("KILDE_CHROMA_URL", "ftp://me:secret@host", r"is 'ftp://\*\*\*@host', but"),
        (
            "KILDE_LLM_URL",
            "localhost:8000",
            r"KILDE_LLM_URL is 'localhost:8000', but should start with http:// or https://",
        ),
        ("KILDE_LLM_DEVICE", "the gpu", r"should be auto, or a device of torch such as cpu, cuda, cuda:1 or mps"),
        ("KILDE_DATADIR", "x", r"KILDE_DATADIR is not a setting of Kilde\. Did you mean KILDE_DATA_DIR\?"),
        ("KILDE_QQQQQQQQ", "x", r"KILDE_QQQQQQQQ is not a setting of Kilde\. The settings are KILDE_DATA_DIR"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=message) as caught:
        load_config()
    assert "pydantic" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_wrong_flag_is_named_as_a_flag() -> None:
    with pytest.raises(SettingsError, match=r"--library is '-', but should have 3 to 64 letters"):
        load_config({"library": "-"})


def test_an_unknown_name_in_the_env_file_is_an_error() -> None:
    Path(".env").write_text("KILDE_LIBRAY=city\n", "utf-8")
    with pytest.raises(SettingsError, match=r"KILDE_LIBRAY is not a setting of Kilde\. Did you mean KILDE_LIBRARY\?"):
        load_config()


def test_other_programs_lines_in_the_env_file_are_left_alone() -> None:
    Path(".env").write_text("POSTGRES_PASSWORD=x\nKILDE_LIBRARY=city\n", "utf-8")
    assert load_config().library == "city"


def test_an_env_file_in_another_encoding_is_an_error() -> None:
    Path(".env").write_bytes("KILDE_LIBRARY=søk\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env in this folder cannot be read as UTF-8 text"):
        load_config()


def test_secrets_are_not_shown() -> None:
    class WithToken(Config):
        token: SecretStr = SecretStr("hush")

    shown = shown_values(Config(chroma_url="https://me:hush@chroma.example:8000/x"))
    assert shown["KILDE_CHROMA_URL"] == "https://***@chroma.example:8000/x"
    assert "hush" not in str(WithToken()) + repr(WithToken().model_dump())


def test_the_models_key_reaches_the_pipeline_and_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILDE_LLM_KEY", "hush")
    config = load_config()
    settings = config.retrieval.changed({"llm": "openai-like:x"})
    assert settings.llm_key is not None
    assert settings.llm_key.get_secret_value() == "hush"
    assert "hush" not in f"{shown_values(config)} {config!r} {settings!r} {settings.model_dump()}"
    assert shown_values(config)["KILDE_LLM_KEY"] == "**********"


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_no_colour_and_is_not_wrapped() -> None:
    terminal = detect_terminal(io.StringIO())
    assert (terminal.width, terminal.colour, terminal.hyperlinks) == (None, False, False)


@pytest.mark.parametrize(
    ("variables", "width", "colour", "hyperlinks"),
    [
        ({"TERM": "xterm-256color"}, 80, True, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, 80, False, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "", "COLUMNS": "3"}, 20, True, True),
        ({"TERM": "linux"}, 80, True, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, 80, True, False),
        ({"TERM": "dumb"}, None, False, False),
    ],
)
def test_a_terminal_gets_what_it_knows(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], width: int | None, colour: bool, hyperlinks: bool
) -> None:
    for name in ("NO_COLOR", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = detect_terminal(_Screen())
    assert (terminal.width, terminal.colour, terminal.hyperlinks) == (width, colour, hyperlinks)
