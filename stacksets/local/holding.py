"""One API call held on its way, so that a test can end the caller at exactly that moment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from stacksets.local.control_plane.clients import USER_AGENT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any

    from stacksets.local.journal import ApiCall


class Moment(StrEnum):
    """When a call is held: before anything is done, or carried out and not yet answered."""

    RECEIVED = "RECEIVED"
    ANSWERED = "ANSWERED"


class Held(StrEnum):
    """How a hold ended: the call went on, or nobody waited for it any more."""

    RELEASED = "RELEASED"
    DROPPED = "DROPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Hold the call of this number (from 1, counted from the order on) at this moment.

    With `action` only its calls are counted, as the journal names it.
    """

    call: int
    moment: Moment
    action: str = ""


def read_order(document: Mapping[str, Any]) -> Order:
    """Read `{"call": 3, "moment": "RECEIVED"}`, to which an `action` may be added.

    Raises:
        ValueError: for a number below 1 or an unknown moment: a test that orders it would wait.
    """
    call, moment = int(document["call"]), Moment(document["moment"])
    if call < 1:
        raise ValueError(f"calls are counted from 1, there is no call {call}")
    return Order(call=call, moment=moment, action=document.get("action", ""))


class Holding:
    """Counts the calls of clients and holds the one that was ordered; for one event loop.

    The control plane's own calls are not counted: their number depends on threads. `held` is the
    call that is held now.
    """

    def __init__(self) -> None:
        self._order: Order | None = None
        self._counted = 0
        self._ended: asyncio.Future[Held] | None = None
        self.held: ApiCall | None = None

    def order(self, order: Order) -> None:
        """Hold a call to come; what is held now goes on."""
        self._end(Held.RELEASED)
        self._order = order

    def release(self) -> None:
        """Let what is held go on, and forget the order."""
        self._end(Held.RELEASED)

    def drop(self) -> None:
        """Let what is held come to nothing, and forget the order."""
        self._end(Held.DROPPED)

    def find_moment(self, call: ApiCall) -> Moment | None:
        """Count a call, and tell when it is to be held."""
        if not self._order or USER_AGENT in call.user_agent:
            return None
        if self._order.action not in {"", call.action}:
            return None
        self._counted += 1
        return self._order.moment if self._counted == self._order.call else None

    async def hold(self, call: ApiCall, receive: Callable[[], Awaitable[object]]) -> Held:
        """Wait until the call is released, or dropped, or its caller has hung up.

        `receive` is ASGI's; after the whole body all that it can give is the disconnection.
        """
        ended: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
        self._ended, self.held = ended, call
        gone = asyncio.ensure_future(receive())
        either: tuple[asyncio.Future[Any], ...] = (ended, gone)
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        self.held = None
        return ended.result() if ended.done() else Held.DROPPED

    def _end(self, how: Held) -> None:
        if self._ended and not self._ended.done():
            self._ended.set_result(how)
        self._order, self._counted, self._ended = None, 0, None
