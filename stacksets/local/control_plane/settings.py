"""What a test may turn, and AWS's users cannot: durations, lag, faults."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Place = tuple[str, str]
"""An account and a Region."""


class Replay(StrEnum):
    """How a repeated operation id is answered; AWS's documents allow both readings."""

    SAME_ID = "SAME_ID"
    EXCEPTION = "EXCEPTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What fails in one account and Region: every stack instance, or the first `times` ones."""

    reason: str
    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The error with which requests of one Action are answered: all, or the first `times` ones."""

    code: str
    message: str
    times: int | None = None


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The knobs of a control plane; `plane.settings = replace(plane.settings, …)` turns one.

    `instance_seconds` is how long each stack instance takes before its stack is touched, so that
    windows, queues and stops can be seen (the stacks themselves are made at once); `durations`
    says it for single accounts and Regions. `list_lag_seconds` is how far ListStackSetOperations,
    ListStackSetOperationResults and ListStackInstances are behind.

    `failures` makes stack instances of an account and Region fail. In the Regions of `sts_inactive`
    an account's STS is not active; `denied` holds the action that a service control policy denies
    in an account and Region: both fail, in AWS's words, whatever reaches into the account.

    `refusals` answers Actions with errors, before anything is done. `throttle_every` answers every
    n-th request with Throttling (0: none). `replay` chooses the answer to the same operation id
    with the same request. `import_pins` says whether an imported stack's parameters all become
    overrides, or only those whose values differ from the stack set's, `masks_overrides` whether
    DescribeStackInstance masks NoEcho values: AWS's documents say neither.

    `service_access_suffices` says whether Organizations' EnableAWSServiceAccess alone gives trusted
    access, as its user guide has it, or only ActivateOrganizationsAccess, as users report.
    """

    instance_seconds: float = 0.0
    durations: Mapping[Place, float] = field(default_factory=_none)
    list_lag_seconds: float = 0.0
    failures: Mapping[Place, Failure] = field(default_factory=_none)
    sts_inactive: frozenset[Place] = frozenset()
    denied: Mapping[Place, str] = field(default_factory=_none)
    refusals: Mapping[str, Refusal] = field(default_factory=_none)
    throttle_every: int = 0
    replay: Replay = Replay.SAME_ID
    import_pins: bool = True
    masks_overrides: bool = False
    service_access_suffices: bool = True


def read_settings(document: Mapping[str, Any]) -> Settings:
    """Give the settings that a JSON document asks for, the rest as it is by default.

    What belongs to places is a list of objects there, each with an `account` and a `region`:
    `failures` (`reason`, `times`), `durations` (`seconds`), `sts_inactive`, `denied` (`action`).
    `refusals` is a list, too (`action`, `code`, `message`, `times`).

    Raises:
        ValueError: for a setting that there is not, since a test that turns it would prove nothing.
    """
    unknown = document.keys() - {knob.name for knob in fields(Settings)}
    if unknown:
        raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
    return Settings(**{name: _read(name, value) for name, value in document.items()})


def _read(name: str, value: Any) -> Any:  # noqa: ANN401 - the setting's own type
    reader = READERS.get(name)
    return value if reader is None else reader(value)


def _place(item: Mapping[str, Any]) -> Place:
    return item["account"], item["region"]


def _read_failures(items: list[dict[str, Any]]) -> dict[Place, Failure]:
    return {
        _place(item): Failure(
            reason=item.get("reason", "The stack operation failed"), times=item.get("times")
        )
        for item in items
    }


def _read_refusals(items: list[dict[str, Any]]) -> dict[str, Refusal]:
    return {
        item["action"]: Refusal(
            code=item["code"], message=item.get("message", item["code"]), times=item.get("times")
        )
        for item in items
    }


READERS: Mapping[str, Callable[[Any], object]] = {
    "durations": lambda items: {_place(item): item["seconds"] for item in items},
    "failures": _read_failures,
    "sts_inactive": lambda items: frozenset(_place(item) for item in items),
    "denied": lambda items: {_place(item): item["action"] for item in items},
    "refusals": _read_refusals,
    "replay": Replay,
}
"""How the settings that JSON cannot hold as they are are read."""
