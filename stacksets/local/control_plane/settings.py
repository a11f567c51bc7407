"""What a test may turn, and AWS's users cannot: durations, lag, faults."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Replay(StrEnum):
    """How a repeated operation id is answered; AWS's documents allow both readings."""

    SAME_ID = "SAME_ID"
    EXCEPTION = "EXCEPTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The knobs of a control plane; `plane.settings = replace(plane.settings, …)` turns one.

    `instance_seconds` is how long each stack instance takes before its stack is touched, so that
    windows, queues and stops can be seen (the stacks themselves are made at once).
    `list_lag_seconds` is how far ListStackSetOperations, ListStackSetOperationResults and
    ListStackInstances are behind. `failures` maps (account, region) to the reason with which every
    instance there fails. `replay` chooses the answer to the same operation id with the same
    request. `throttle_every` answers every n-th request with Throttling (0: none).
    """

    instance_seconds: float = 0.0
    list_lag_seconds: float = 0.0
    failures: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    replay: Replay = Replay.SAME_ID
    throttle_every: int = 0


def read_settings(document: Mapping[str, Any]) -> Settings:
    """Give the settings that a JSON document asks for, the rest as it is by default.

    `failures` is a list of `{"account": …, "region": …, "reason": …}` there.

    Raises:
        ValueError: for a setting that there is not, since a test that turns it would prove nothing.
    """
    unknown = document.keys() - {knob.name for knob in fields(Settings)}
    if unknown:
        raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
    failures = {
        (item["account"], item["region"]): item["reason"] for item in document.get("failures", ())
    }
    default = Settings()
    return Settings(
        instance_seconds=document.get("instance_seconds", default.instance_seconds),
        list_lag_seconds=document.get("list_lag_seconds", default.list_lag_seconds),
        failures=failures,
        replay=Replay(document.get("replay", default.replay)),
        throttle_every=document.get("throttle_every", default.throttle_every),
    )
