"""As much of Discord's REST interface and gateway as the bot uses, over real sockets.

It keeps every request, refuses what a test tells it to, and sends the bot what would happen in a server.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

TOKEN = "OTAw.fake.token"  # noqa: S105
APPLICATION, GUILD, CHANNEL, EVERYONE = "900", "500", "600", "500"
ALICE = {"id": "700", "username": "alice", "discriminator": "0", "avatar": None, "global_name": "Alice"}
BOB = {"id": "701", "username": "bob", "discriminator": "0", "avatar": None, "global_name": "Bob"}
BOT = {"id": APPLICATION, "username": "kilde", "discriminator": "0", "avatar": None, "bot": True}
ALL_PERMISSIONS = str((1 << 50) - 1)
MESSAGE_CONTENT = 1 << 18
"""Flag of an application that may read messages that do not mention it."""
HEARTBEAT_MS = 45_000
SOON_S = 40.0
"""The bot's process may be starting, and a first question loads the models."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What the bot asked of the REST interface."""

    method: str
    path: str
    body: Any
    at: float
    """When it came, on the clock of `time.perf_counter`."""

    @property
    def text(self) -> str:
        """The body as JSON, to look for words in."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(slots=True)
class FakeDiscord:
    """The server's side, and what a test does with it."""

    intents_granted: bool = False
    identify_close: int | None = None
    """Close the gateway with this code instead of letting the bot in."""
    requests: list[Request] = field(default_factory=list)
    hellos: list[str] = field(default_factory=list)
    """How the bot came in each time: ``identify`` or ``resume``."""
    refusals: Counter[str] = field(default_factory=Counter)
    """How often the next requests whose "METHOD path" matches the pattern get status 429."""
    messages: dict[str, Json] = field(default_factory=dict)
    threads: list[Json] = field(default_factory=list)
    """Those that the bot started; it is told of them whenever it logs in."""
    address: str = ""
    _ids: Any = field(default_factory=lambda: itertools.count(10_000))
    _socket: web.WebSocketResponse | None = None
    _sequence: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    # What a test does.

    async def until(self, condition: Callable[[], Any], *, within_s: float = SOON_S) -> Any:
        """Wait until a condition holds; it is looked at after each request and each login."""
        try:
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait_for(condition)
                return condition()
        except TimeoutError as error:
            asked = "\n".join(f"{request.method} {request.path} {request.text[:500]}" for request in self.requests)
            raise AssertionError(f"in vain; the bot asked:\n{asked}") from error

    async def request(self, method: str, path: str, holding: str = "", *, after: int = 0) -> Request:
        """Wait for a request; ``path`` is a regular expression, ``holding`` a string in its body."""

        def found() -> Request | None:
            return next(
                (
                    request
                    for request in self.requests[after:]
                    if request.method == method and re.fullmatch(path, request.path) and holding in request.text
                ),
                None,
            )

        request: Request = await self.until(found)
        return request

    async def online(self, times: int = 1) -> None:
        """Wait until the bot has logged in or resumed so often."""
        await self.until(lambda: len(self.hellos) >= times and self._socket is not None)

    async def slash(self, name: str, *, user: Json = ALICE, guild: str = GUILD, **options: str) -> str:
        """A person uses a command; returns the interaction's token."""
        given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        data = {"id": "1", "name": name, "type": 1, "options": given}
        return await self._interaction(2, data, user=user, guild=guild)

    async def subcommand(self, group: str, name: str, *, guild: str = GUILD, typing: str | None = None) -> str:
        """Alice uses a command of a group, or types the first letters of its option; returns the token."""
        options = [] if typing is None else [{"name": typing, "type": 3, "value": "", "focused": True}]
        data = {"id": "1", "name": group, "type": 1, "options": [{"name": name, "type": 1, "options": options}]}
        return await self._interaction(2 if typing is None else 4, data, guild=guild)

    async def press(self, message: Json, label: str, *, user: Json = ALICE, guild: str = GUILD) -> str:
        """A person presses a button under a message; returns the interaction's token."""
        button = next(one for one in components(message["components"]) if one.get("label") == label)
        data = {"custom_id": button["custom_id"], "component_type": button["type"]}
        return await self._interaction(3, data, message=message, user=user, guild=guild)

    async def submit(self, modal: Json, value: str) -> str:
        """Alice fills the one field of a form; returns the interaction's token."""
        texts = next(one for one in components(modal["components"]) if one["type"] == 4)
        filled = {"type": 4, "id": 2, "custom_id": texts["custom_id"], "value": value}
        rows = [{"type": 18, "id": 1, "component": filled}]
        return await self._interaction(5, {"custom_id": modal["custom_id"], "components": rows})

    async def say(self, content: str, *, channel: str = CHANNEL, mention: bool = False) -> str:
        """Alice writes a message; returns its id."""
        message = self._message(
            content if not mention else f"<@{APPLICATION}> {content}", channel=channel, author=ALICE
        )
        message |= {"guild_id": GUILD, "member": _member(), "mentions": [{**BOT, "member": {}}] if mention else []}
        await self.dispatch("MESSAGE_CREATE", message)
        return str(message["id"])

    async def dispatch(self, event: str, data: Json) -> None:
        """Tell the bot that something happened."""
        self._sequence += 1
        await self._send({"op": 0, "s": self._sequence, "t": event, "d": data})

    async def reconnect(self) -> None:
        """Ask the bot to come back to its session on a new connection."""
        await self._send({"op": 7, "d": None})

    async def invalidate(self) -> None:
        """Tell the bot that its session is lost."""
        await self._send({"op": 9, "d": False})

    async def final(self, token: str, holding: str) -> Json:
        """The message that answers an interaction, once it holds certain words."""
        await self.until(lambda: token in self.messages and holding in shown(self.messages[token]))
        return self.messages[token]

    # What the bot meets.

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[FakeDiscord]:
        """Listen on a free port of the loopback address."""
        app = web.Application()
        app.add_routes([web.get("/gateway/", self._gateway), web.get("/gateway", self._gateway)])
        app.add_routes([web.route("*", "/api/v10{path:.*}", self._rest)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.address = f"127.0.0.1:{port}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _rest(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        body = await _body(request)
        response = self._respond(request, path, body)
        async with self._news:
            self.requests.append(Request(request.method, path, body, time.perf_counter()))
            self._news.notify_all()
        return response

    def _respond(self, request: web.Request, path: str, body: Any) -> web.Response:
        if request.headers.get("Authorization") not in (f"Bot {TOKEN}", None):
            return _json({"message": "401: Unauthorized", "code": 0}, status=401)
        for pattern in self.refusals:
            if self.refusals[pattern] > 0 and re.fullmatch(pattern, f"{request.method} {path}"):
                self.refusals[pattern] -= 1
                refusal = {"message": "You are being rate limited.", "retry_after": 0.2, "global": False}
                return _json(refusal, status=429, headers={"Via": "1.1 fake", "Retry-After": "1"})
        return self._answer(request.method, path, body)

    def _answer(self, method: str, path: str, body: Any) -> web.Response:  # noqa: C901  a table
        parts = path.strip("/").split("/")
        match method, parts:
            case "GET", ["users", "@me"]:
                return _json(BOT)
            case "GET", ["users", "@me", "guilds"]:
                return _json([{"id": GUILD, "name": "Newsroom", "permissions": ALL_PERMISSIONS, "owner": False}])
            case "GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]:
                return _json(self._application())
            case "GET", ["gateway", "bot"]:
                limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
                return _json({"url": f"ws://{self.address}/gateway", "shards": 1, "session_start_limit": limit})
            case "PUT", ["applications", _, "commands"]:
                return _json([_COMMAND | command | {"id": self._id(), "version": "1"} for command in body])
            case "POST", ["interactions", interaction, _, "callback"]:
                return _json({"interaction": {"id": interaction, "type": 2}})
            case "PATCH", ["webhooks", _, token, "messages", "@original"]:
                return _json(self._keep(token, body, message_id=self.messages.get(token, {}).get("id")))
            case "POST", ["webhooks", _, token]:
                return _json(self._keep(f"{token}:{len(self.messages)}", body))
            case "POST", ["channels", channel, "messages"]:
                return _json(self._keep(f"channel:{len(self.messages)}", body, channel=channel))
            case "PATCH", ["channels", channel, "messages", message_id]:
                name = next(name for name, message in self.messages.items() if message["id"] == message_id)
                return _json(self._keep(name, body, channel=channel, message_id=message_id))
            case "POST", ["channels", _, "messages", message_id, "threads"]:
                self.threads.append(_thread(message_id, body["name"]))
                return _json(self.threads[-1])
            case "POST", ["channels", _, "typing"]:
                return web.Response(status=204)
            case "DELETE", _:
                return web.Response(status=204)
        return _json({"message": f"the fake does not know {method} {path}", "code": 0}, status=404)

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async for message in socket:
            if message.type is WSMsgType.TEXT and not await self._received(socket, json.loads(message.data)):
                break
        if self._socket is socket:
            self._socket = None
        return socket

    async def _received(self, socket: web.WebSocketResponse, payload: Json) -> bool:
        """Answer what the bot sent through the gateway; False ends the connection."""
        data = payload.get("d")
        if payload["op"] == 1:
            await socket.send_json({"op": 11})
        if payload["op"] == 2:
            close = 4004 if data["token"] != TOKEN else self.identify_close
            if close is not None:
                await socket.close(code=close)
                return False
            await self._welcome(socket, "identify")
            await self.dispatch("READY", self._ready())
            await self.dispatch("GUILD_CREATE", _guild(self.threads))
            await self._tell_all()
        if payload["op"] == 6:
            await self._welcome(socket, "resume")
            await self.dispatch("RESUMED", {})
            await self._tell_all()
        return True

    async def _welcome(self, socket: web.WebSocketResponse, how: str) -> None:
        self._socket = socket
        self.hellos.append(how)

    async def _tell_all(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _send(self, payload: Json) -> None:
        assert self._socket is not None, "the bot is not connected"
        await self._socket.send_json(payload)

    async def _interaction(
        self, kind: int, data: Json, message: Json | None = None, *, user: Json = ALICE, guild: str = GUILD
    ) -> str:
        token = f"token{self._id()}"
        interaction = {
            "id": _snowflake(int(self._id())),
            "application_id": APPLICATION,
            "type": kind,
            "token": token,
            "version": 1,
            "guild_id": guild,
            "guild": {"id": guild, "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "locale": "en-US",
            "channel_id": CHANNEL,
            "channel": _channel() | {"permissions": ALL_PERMISSIONS},
            "member": _member() | {"user": user, "permissions": ALL_PERMISSIONS},
            "app_permissions": ALL_PERMISSIONS,
            "entitlements": [],
            "authorizing_integration_owners": {"0": guild},
            "context": 0,
            "attachment_size_limit": 10_000_000,
            "data": data,
        }
        await self.dispatch("INTERACTION_CREATE", interaction | ({"message": message} if message else {}))
        return token

    def _keep(self, name: str, body: Json, *, channel: str = CHANNEL, message_id: str | None = None) -> Json:
        message = self._message("", channel=channel, author=BOT, message_id=message_id)
        message["components"] = _numbered(body.get("components", []), itertools.count(1))
        message["content"], message["flags"] = body.get("content") or "", body.get("flags") or 0
        self.messages[name] = message
        return message

    def _message(self, content: str, *, channel: str, author: Json, message_id: str | None = None) -> Json:
        return {
            "id": message_id or _snowflake(int(self._id())),
            "channel_id": channel,
            "author": author,
            "content": content,
            "timestamp": "2026-01-20T12:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "type": 0,
        }

    def _ready(self) -> Json:
        return {
            "v": 10,
            "user": BOT,
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": "session",
            "resume_gateway_url": f"ws://{self.address}/gateway",
            "shard": [0, 1],
            "application": {"id": APPLICATION, "flags": 0},
        }

    def _application(self) -> Json:
        return {
            "id": APPLICATION,
            "name": "Kilde",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "00",
            "flags": MESSAGE_CONTENT if self.intents_granted else 0,
            "owner": ALICE,
            "team": None,
        }

    def _id(self) -> str:
        return str(next(self._ids))


_COMMAND = {"application_id": APPLICATION, "default_member_permissions": None, "nsfw": False, "description": ""}


def components(tree: Any) -> list[Json]:
    """Every component in a message or form, however deep."""
    found = []
    if isinstance(tree, list):
        return [one for part in tree for one in components(part)]
    if isinstance(tree, dict):
        found.append(tree)
        for name in ("components", "component", "accessory"):
            found += components(tree.get(name))
    return found


def shown(message: Json) -> str:
    """The words of a message."""
    return "\n".join(one["content"] for one in components(message["components"]) if one["type"] == 10)


def _numbered(tree: list[Json], numbers: Any) -> list[Json]:
    """Components as Discord gives them back: each with a number."""
    done = []
    for one in tree:
        numbered = {**one, "id": next(numbers)}
        if "components" in one:
            numbered["components"] = _numbered(one["components"], numbers)
        done.append(numbered)
    return done


def _snowflake(number: int) -> str:
    """An id of the present: discord.py reads from it when an interaction was made."""
    return str((int(time.time() * 1000) - 1_420_070_400_000) << 22 | number % (1 << 22))


def _member() -> Json:
    joined = "2026-01-01T00:00:00+00:00"
    return {"roles": [], "joined_at": joined, "deaf": False, "mute": False, "flags": 0, "nick": None}


def _channel() -> Json:
    return {
        "id": CHANNEL,
        "guild_id": GUILD,
        "type": 0,
        "name": "ask-kilde",
        "position": 0,
        "permission_overwrites": [],
        "nsfw": False,
        "parent_id": None,
        "topic": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
    }


def _thread(thread_id: str, name: str) -> Json:
    metadata = {
        "archived": False,
        "auto_archive_duration": 1440,
        "archive_timestamp": "2026-01-20T12:00:00+00:00",
        "locked": False,
    }
    return {
        "id": thread_id,
        "guild_id": GUILD,
        "parent_id": CHANNEL,
        "owner_id": APPLICATION,
        "type": 11,
        "name": name,
        "last_message_id": None,
        "message_count": 0,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "thread_metadata": metadata,
    }


def _guild(threads: list[Json]) -> Json:
    everyone = {
        "id": EVERYONE,
        "name": "@everyone",
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": ALL_PERMISSIONS,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    return {
        "id": GUILD,
        "name": "Newsroom",
        "icon": None,
        "owner_id": ALICE["id"],
        "roles": [everyone],
        "emojis": [],
        "stickers": [],
        "features": [],
        "channels": [_channel()],
        "threads": threads,
        "members": [_member() | {"user": BOT}],
        "member_count": 2,
        "large": False,
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "preferred_locale": "en-US",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "unavailable": False,
    }


async def _body(request: web.Request) -> Any:
    if request.content_type == "application/json":
        return await request.json()
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return json.loads(str(form["payload_json"]))
    return None


def _json(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Exactly ``application/json``: discord.py takes an answer with a charset for text."""
    return web.Response(
        body=json.dumps(value).encode(),
        status=status,
        headers={"Content-Type": "application/json", **(headers or {})},
    )
