"""A conversation with the bot in a simulated Discord, and pictures of it.

    python -m bot.discord_demo --data-dir build/discord/data --out build/discord

``make demo-discord`` runs it, over a library that holds the sample articles.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import click

from bot.app import App
from bot.commands.options import common_options
from bot.config import Config
from bot.discord_preview import Stage, open_stage, serve_page
from bot.discord_ui.texts import texts_in

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER_HINT = "No pictures: install Chromium (Debian: apt install chromium) for them."
WIDTH, HEIGHT = 1180, 760
LOAD_MS = 6000
"""Time that the page gets to load, on the browser's own clock."""
BROWSER_LIMIT_S = 120
WITHIN = "Quando riapre il Museo del Vento?"
ACROSS, FOLLOW_UP = "How many cars does the ferry Havsula have room for?", "And how much did it cost?"
RUMOUR = "The Wind Museum in Portoluce reopens on 16 May. Full tickets cost 9 euros there. Its café has a new chef."
NOT_TOLD = "Wie viele Elefanten leben im Zoo von Valserena?"
_TEXT = 10


@click.command()
@common_options
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("build/discord"), show_default=True, help="For the pictures."
)
def main(flags: dict[str, Any], out: Path) -> None:
    """Hold the conversation, print it, and take pictures of it; on a terminal, the page then stays open to try."""
    with App.start(flags) as app:
        changed = {"discord_shared": (app.config.library,), "discord_cooldown_s": 0}
        config = app.config.model_copy(update=changed)
        out.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_demo(config, out))


async def _demo(config: Config, out: Path) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    async with open_stage(config) as stage:
        async for name, viewer in _conversation(stage):
            if browser:
                await _take_picture(browser, stage, viewer, (out / f"{name}.png").resolve())
        click.echo(f"Pictures: {out}" if browser else BROWSER_HINT, err=True)
        if sys.stdin.isatty() and sys.stderr.isatty():
            await serve_page(stage, port=None, tell=lambda url: click.echo(f"Try it: {url}\nCtrl-C ends it.", err=True))


async def _conversation(stage: Stage) -> AsyncIterator[tuple[str, Any]]:
    """What is said, part by part: the name of each part and who looks at it."""
    member, channel = stage.member, stage.channel
    _say(member.name, f"/ask {WITHIN}")
    asked = await member.slash(channel, "ask", question=WITHIN)
    _say("Kilde", _shown(asked.response.components))
    yield "answer", member

    _say(member.name, "[Show passage]")
    passage = await member.click(asked.response.message, label="Show passage")
    _say("Kilde", _shown(passage.response.components))
    yield "passage", member

    for question in (ACROSS, FOLLOW_UP):
        _say(member.name, question)
        answer = channel.last_message
        reply_to = answer if question == FOLLOW_UP else None
        await member.send(channel, f"{stage.mention} {question}", reply_to=reply_to)
        _say("Kilde", _shown([component.to_dict() for component in channel.last_message.components]))
    yield "follow-up", member

    _say(member.name, f"/ask {NOT_TOLD}")
    refused = await member.slash(channel, "ask", question=NOT_TOLD)
    _say("Kilde", _shown(refused.response.components))
    yield "refusal", member

    _say(stage.manager.name, RUMOUR)
    rumour = await stage.manager.send(channel, RUMOUR)
    check = texts_in("en")("menu.check")
    _say(member.name, f"[{check}]")
    checked = await member.context_menu(channel, check, rumour)
    _say("Kilde", _shown(checked.response.components))
    yield "check", member

    _say(stage.manager.name, "/kilde settings")
    settings = await stage.manager.slash(channel, "kilde settings")
    _say("Kilde", _shown(settings.response.components))
    yield "settings", stage.manager


def _say(who: str, text: str) -> None:
    click.echo(f"{who}: {text}\n")


def _shown(components: Iterable[dict[str, Any]]) -> str:
    return "\n".join(_texts(components))


def _texts(components: Iterable[dict[str, Any]]) -> list[str]:
    texts = []
    for component in components:
        texts += [component["content"]] if component["type"] == _TEXT else []
        texts += _texts(component.get("components", []))
    return texts


async def _take_picture(browser: str, stage: Stage, viewer: Any, path: Path) -> None:
    async with stage.env.preview(stage.channel, viewers=[viewer], layout="channel") as page:
        arguments = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--screenshot={path}")
        process = await asyncio.create_subprocess_exec(
            browser,
            *arguments,
            f"--window-size={WIDTH},{HEIGHT}",
            f"--virtual-time-budget={LOAD_MS}",
            page.url,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await asyncio.wait_for(process.wait(), BROWSER_LIMIT_S)
        except TimeoutError:
            process.kill()
            click.echo(f"{browser} took longer than {BROWSER_LIMIT_S} s for {path.name}.", err=True)


if __name__ == "__main__":
    main()
