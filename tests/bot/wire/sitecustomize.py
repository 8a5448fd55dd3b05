"""On the path of the bot's process alone: discord.py talks to the test's fake instead of Discord."""

import os

if address := os.environ.get("FAKE_DISCORD"):
    import discord.gateway
    import discord.http
    import yarl

    discord.http.Route.BASE = f"http://{address}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://{address}/gateway")

if lag_file := os.environ.get("FAKE_DISCORD_LAG"):
    import asyncio
    import threading
    import time

    _run = asyncio.run

    def _watch(loop: asyncio.AbstractEventLoop) -> None:
        """Note how long the event loop lets a callback wait, all the time: when, and seconds."""
        with open(lag_file, "a", encoding="ascii", buffering=1) as file:  # noqa: PTH123  pathlib is not needed here
            while not loop.is_closed():
                came, asked = threading.Event(), time.perf_counter()
                loop.call_soon_threadsafe(came.set)
                came.wait(60)
                file.write(f"{asked} {time.perf_counter() - asked}\n")
                time.sleep(0.005)

    def _watched_run(main: object, **options: object) -> object:
        async def watched() -> object:
            threading.Thread(target=_watch, args=(asyncio.get_running_loop(),), daemon=True).start()
            return await main  # type: ignore[misc]

        return _run(watched(), **options)  # type: ignore[arg-type]

    asyncio.run = _watched_run  # type: ignore[assignment]
