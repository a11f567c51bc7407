"""The ASGI application in front of ministack: the control plane, endpoints, journal and reset."""

from __future__ import annotations

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from stacksets.local.control_plane import read_settings
from stacksets.local.endpoint_call import read_endpoint_call
from stacksets.local.holding import Held, Holding, Moment, read_order
from stacksets.local.journal import ApiCall, Journal, read_call
from stacksets.local.organizations.protocol import CONTENT_TYPE
from stacksets.local.regions import CONTENT_TYPE as REST_JSON
from stacksets.local.regions import encode_refusal
from stacksets.local.route53.answers import CONTENT_TYPE as HEALTH_CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from hypercorn.typing import ASGIFramework

    from stacksets.local.control_plane import ControlPlane
    from stacksets.local.data_plane import DataPlane
    from stacksets.local.endpoint_call import EndpointCall
    from stacksets.local.organizations.relay import Relay
    from stacksets.local.regions import Regions
    from stacksets.local.sampling_rules import SamplingRules

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Message, Receive, Send], Awaitable[None]]

_ADMINISTRATION = "/_local/"
_FORWARDED_FOR = b"x-forwarded-for"
_FORBIDDEN = b'{"message":"Forbidden"}'
# Enough for the calls of one deployer; operations run on the control plane's own threads.
_THREADS = 16


class Emulator(Protocol):
    """What the front needs of the adapted ministack."""

    @property
    def application(self) -> Application:
        """Its ASGI application."""
        ...

    def account_of(self, access_key: str) -> str:
        """Give the account of an access key."""
        ...

    def admit(self, call: EndpointCall, resolve: Callable[[str], str | None]) -> bool:
        """Tell whether something stands behind the host of a call, which is noted."""
        ...

    def reset(self) -> None:
        """Forget everything."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A call, whose it is, and the request that it came in."""

    call: ApiCall
    account: str
    scope: Message
    body: bytes


class Front:
    """Routes what comes in on the plain port (AWS APIs) and on the TLS port (endpoints)."""

    def __init__(
        self,
        *,
        emulator: Emulator,
        organizations: Relay,
        control_plane: ControlPlane,
        regions: Regions,
        data_plane: DataPlane,
        sampling_rules: SamplingRules,
        information: Callable[[], Mapping[str, object]],
    ) -> None:
        self._emulator = emulator
        self._organizations = organizations
        self._control_plane = control_plane
        self._regions = regions
        self._data_plane = data_plane
        self._sampling_rules = sampling_rules
        self._information = information
        self._journal = Journal()
        self._holding = Holding()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="control-plane")

    def as_asgi(self) -> ASGIFramework:
        """Give the application as hypercorn's types name it."""
        return cast("ASGIFramework", self.serve)

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._emulator.application(scope, receive, send)
        elif scope["scheme"] == "https":
            await self._serve_endpoint(scope, receive, send)
        elif (body := await _read_body(receive)) is None:
            # Whoever hung up before the request was whole has asked for nothing.
            return
        elif scope["path"].startswith(_ADMINISTRATION):
            await self._administer(scope, body, send)
        else:
            await self._serve_api(scope, body, receive, send)

    async def _serve_endpoint(self, scope: Message, receive: Receive, send: Send) -> None:
        port = scope["client"][1]
        peer = self._data_plane.peers.find(port)
        call = read_endpoint_call(scope, peer)
        if self._emulator.admit(call, self._data_plane.resolve):
            # Who calls is told by the server's own word, not by the caller's header.
            told = [pair for pair in scope["headers"] if pair[0] != _FORWARDED_FOR]
            headers = [*told, (_FORWARDED_FOR, peer.address.encode())]
            seen = {**scope, "client": (peer.address, port), "headers": headers}
            await self._emulator.application(seen, receive, send)
        else:
            named = {"x-amzn-ErrorType": "ForbiddenException"}
            await _respond(send, 403, _FORBIDDEN, "application/json", named)

    async def _administer(self, scope: Message, body: bytes, send: Send) -> None:
        answer: object = {}
        match scope["method"], scope["path"].removeprefix(_ADMINISTRATION):
            case "POST", "reset":
                self._holding.drop()
                await asyncio.to_thread(self._reset)
            case "POST", "hold":
                self._holding.order(read_order(json.loads(body)))
            case "GET", "hold":
                held = self._holding.held
                answer = {"service": held.service, "action": held.action} if held else {}
            case "POST", "release":
                self._holding.release()
            case "POST", "advance":
                seconds = float(json.loads(body)["seconds"])
                await asyncio.to_thread(self._data_plane.checkers.advance, seconds)
            case "POST", "settings":
                self._control_plane.settings = read_settings(json.loads(body))
            case "GET", "journal":
                answer = self._journal.entries()
            case "GET", "info":
                answer = dict(self._information())
            case _:
                await _respond(send, 404, b"{}", "application/json")
                return
        await _respond(send, 200, json.dumps(answer).encode(), "application/json")

    def _reset(self) -> None:
        # First the control plane: its operations would go on making stacks.
        self._control_plane.reset()
        self._emulator.reset()
        self._organizations.reset()
        self._regions.reset()
        self._data_plane.checkers.reset()
        self._sampling_rules.reset()
        self._journal.clear()

    async def _serve_api(self, scope: Message, body: bytes, receive: Receive, send: Send) -> None:
        call = read_call(scope["method"], scope["path"], _headers(scope), body)
        account = self._emulator.account_of(call.access_key)
        entry = self._journal.open(call, account=account)
        moment = self._holding.find_moment(call)

        async def hold() -> Held:
            entry["held"] = moment
            entry["held"] = held = await self._holding.hold(call, receive)
            return held

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                if moment is Moment.ANSWERED:
                    await hold()
            await send(message)

        if moment is Moment.RECEIVED and await hold() is Held.DROPPED:
            return

        asked = _Asked(call=call, account=account, scope=scope, body=body)
        await self._answer(asked, _replay(body, receive), send_and_note)

    async def _answer(self, asked: _Asked, receive: Receive, send: Send) -> None:
        """Let a call be answered by what is ours, or else by ministack."""
        call, account, path = asked.call, asked.account, asked.scope["path"]
        if self._regions.refuses(call, account):
            refusal, content_type, headers = encode_refusal(is_query=bool(call.form))
            await _respond(send, 403, refusal, content_type, headers)
        elif call.service == "cloudformation" and self._control_plane.answers(
            call.action, call.form
        ):
            await self._serve_stack_sets(call, account, send)
        elif call.service == "organizations":
            status, answer = await self._organizations.answer(
                asked.scope, account, call.action, asked.body
            )
            await _respond(send, status, answer, CONTENT_TYPE)
        elif call.service == "account" and self._regions.answers(path):
            status, answer, headers = self._regions.answer(account, path, asked.body)
            await _respond(send, status, answer, REST_JSON, headers)
        elif call.service == "xray" and self._sampling_rules.answers(path):
            answer = self._sampling_rules.answer((account, call.region), path, asked.body)
            await _respond(send, 200, answer, REST_JSON)
        elif call.service == "route53" and self._data_plane.health.answers(
            asked.scope["method"], path
        ):
            status, answer = self._data_plane.health.answer(account, path)
            await _respond(send, status, answer, HEALTH_CONTENT_TYPE)
        else:
            await self._emulator.application(asked.scope, receive, send)

    async def _serve_stack_sets(self, call: ApiCall, account: str, send: Send) -> None:
        status, body = await asyncio.get_running_loop().run_in_executor(
            self._threads,
            lambda: self._control_plane.handle(account=account, region=call.region, form=call.form),
        )
        await _respond(send, status, body, "text/xml")


def _headers(scope: Message) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def _read_body(receive: Receive) -> bytes | None:
    """Give the body of a request; None where it never came whole."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already once more, then whatever comes next."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


async def _respond(
    send: Send,
    status: int,
    body: bytes,
    content_type: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    named = {
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        "x-amzn-RequestId": str(uuid.uuid4()),
        **(headers or {}),
    }
    pairs = [(name.lower().encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
