"""On the path of the bot's process alone: discord.py talks to the test's fake instead of Discord."""

import os

if address := os.environ.get("FAKE_DISCORD"):
    import discord.gateway
    import discord.http
    import yarl

    discord.http.Route.BASE = f"http://{address}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://{address}/gateway")
