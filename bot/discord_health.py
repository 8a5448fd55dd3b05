"""A page for whatever watches over the bot: is it well, and Prometheus' metrics. On this machine alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.discord_ui.metrics import WAITING
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from bot.discord_ui.client import KildeBot

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def health_page(bot: KildeBot, port: int | None) -> AsyncIterator[None]:
    """Serve ``/health`` and ``/metrics`` meanwhile.

    Args:
        bot: Asked how it is.
        port: On the loopback address; None serves nothing.

    Raises:
        SettingsError: The port is taken.
    """
    if port is None:
        yield
        return
    runner = web.AppRunner(_page(bot), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, LOOPBACK, port).start()
        except OSError as error:
            raise SettingsError(
                f"KILDE_DISCORD_HEALTH_PORT is {port}, but that port cannot be had ({error.strerror}). Choose another."
            ) from error
        yield
    finally:
        await runner.cleanup()


def _page(bot: KildeBot) -> web.Application:
    async def health(_request: web.Request) -> web.Response:
        """200 while the bot is connected, 503 while it is not; the body says how long Discord takes to answer."""
        connected = bot.is_ready() and not bot.is_closed()
        latency = bot.latency if connected else None
        body = {
            "connected": connected,
            "servers": len(bot.guilds),
            "waiting": bot.questions.waiting,
            "latency_ms": round(latency * 1000, 1) if latency is not None and latency == latency else None,  # not NaN
        }
        return web.json_response(body, status=200 if connected else 503)

    async def metrics(_request: web.Request) -> web.Response:
        WAITING.set(bot.questions.waiting)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    page = web.Application()
    page.add_routes([web.get("/health", health), web.get("/metrics", metrics)])
    return page
