"""How a stack instance is called from outside, as the deployment file says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """How to see from outside that a stack instance answers.

    `output` names the stack output that holds the base URL, `path` is appended to it; `body` may
    hold `{region}` and `{account}`. `burst` requests are sent at once. `sign` is the service that
    requests are signed for, where the stack's parameters are `sign_where`.
    """

    output: str
    path: str
    status: int = 200
    body: str | None = None
    burst: int = 8
    sign: str | None = None
    sign_where: Mapping[str, str] = field(default_factory=dict)
