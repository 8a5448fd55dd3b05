"""The bot as `kilde discord --preview` opens it: the real library, in a simulated Discord."""

from __future__ import annotations

from pathlib import Path

from bot.config import load_config
from bot.discord_preview import open_stage
from retrieval import Library
from tests.bot.discord_ui.shown import labels, shown_text

FERRY = Path(__file__).parents[2] / "bot" / "samples" / "havsula-ferge.txt"


async def test_a_newcomer_asks_and_presses_a_button(tmp_path: Path) -> None:
    with Library.open(tmp_path) as library:
        assert library.index([FERRY]).failed == ()
    config = load_config({"data_dir": str(tmp_path)}).model_copy(update={"discord_shared": ("articles",)})
    async with open_stage(config) as stage:
        question = "How many cars does the ferry Havsula have room for?"
        asked = await stage.member.slash(stage.channel, "ask", question=question)
        assert "plass til 60 biler" in shown_text(asked.response.components)
        assert "Show passage" in labels(asked.response.components)
        passage = await stage.member.click(asked.response.message, label="Show passage")
        assert passage.ephemeral
        assert "**«Havsula» har plass til 60 biler" in shown_text(passage.response.components)
