"""The door to Organizations: answers, or asks ministack in the right account's name.

It sees every change of an organization pass, and tells which accounts that moved.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

from stacksets.local.control_plane.errors import ApiError
from stacksets.local.organizations.moves import find_moves
from stacksets.local.organizations.pages import cut_answer
from stacksets.local.organizations.protocol import (
    OK,
    decode_request,
    encode_error,
    encode_response,
    service_model,
)
from stacksets.local.organizations.service import READING, Forward

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stacksets.local.organizations.moves import Move
    from stacksets.local.organizations.service import Organizations
    from stacksets.local.organizations.tree import Organization

    Message = dict[str, Any]
    Application = Callable[[Message, Any, Any], Awaitable[None]]

_ACCESS_KEY = re.compile(rb"(?<=Credential=)[^/]+")


class Relay:
    """Organizations over an application that is ministack.

    `check_request` raises the error that a test wants an Action to be answered with; `follow` is
    told of accounts that moved, on a thread of its own.
    """

    def __init__(
        self,
        application: Application,
        organizations: Organizations,
        *,
        check_request: Callable[[str], None],
        follow: Callable[[Move], None],
    ) -> None:
        self._application = application
        self._organizations = organizations
        self._check_request = check_request
        self._follow = follow
        self._seen: dict[str, Organization] = {}

    def reset(self) -> None:
        """Forget every organization."""
        self._organizations.directory.reset()
        self._seen.clear()

    async def answer(
        self, scope: Message, account: str, action: str, body: bytes
    ) -> tuple[int, bytes]:
        """Give the HTTP status and body of the answer to an account's call."""
        try:
            self._check_request(action)
            params = decode_request(action, body)
            before = self._organizations.directory.find_organization(account)
            decided = self._organizations.decide(account, action, params)
            if isinstance(decided, Forward):
                status, answer = await self._ask(scope, decided, body)
                if status != OK:
                    return status, answer
                decided = json.loads(answer)
            await self._tell_of_moves(before, account, action)
            return encode_response(cut_answer(action, decided, params))
        except ApiError as error:
            return encode_error(error)

    async def _tell_of_moves(self, before: Organization | None, account: str, action: str) -> None:
        """Tell of the moves that a call has made; who has left is asked for in vain afterwards."""
        asked = before.management if before else account
        organization = self._organizations.directory.find_organization(asked)
        if action.startswith(READING) or organization is None:
            return
        seen = self._seen.get(organization.management)
        self._seen[organization.management] = organization
        for move in find_moves(seen, organization):
            await asyncio.to_thread(self._follow, move)

    async def _ask(self, scope: Message, forward: Forward, body: bytes) -> tuple[int, bytes]:
        """Ask ministack and give its status and body."""
        target = f"{service_model().metadata['targetPrefix']}.{forward.action}".encode()
        headers = [
            (name, _in_name_of(forward.account, target, name, value))
            for name, value in scope["headers"]
        ]
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._application({**scope, "headers": headers}, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def _in_name_of(account: str, target: bytes, name: bytes, value: bytes) -> bytes:
    """Give a header as if that account had asked for that target; a signature is never checked."""
    if name == b"authorization":
        return _ACCESS_KEY.sub(account.encode(), value)
    return target if name == b"x-amz-target" else value
