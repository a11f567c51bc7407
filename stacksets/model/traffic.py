"""The parameter by which operators take a region's traffic away: what it is, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.model.desired import InstanceKey, Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """A parameter of the template that belongs to operations, not to the deployment file.

    Its overrides on AWS are observed and kept, never planned away. `normal` is what every stack
    instance has without an override, `drained` what sends a region's traffic elsewhere.
    """

    parameter: str
    normal: str
    drained: str


class TrafficState(StrEnum):
    """How a region stands: OTHER is a value that is neither `normal` nor `drained`.

    With the value `normal` it is ACTIVE only where every stack instance has a usable stack: one
    that is not known to be gone, of an instance that is not INOPERABLE.
    """

    ACTIVE = "active"
    WITHOUT_USABLE_STACK = "without a usable stack"
    PARTLY_WITHOUT_USABLE_STACK = "partly without a usable stack"
    DRAINED = "drained"
    PARTLY_DRAINED = "partly drained"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionTraffic:
    """The traffic parameter in the stack instances of a region.

    `values` are those that are known, by stack instance, sorted; `state` is UNKNOWN where one is
    not. `overridden` says whether any value is an override, which `undrain` takes back;
    `without_usable_stack` are the stack instances that nobody counts on, whatever the value is,
    sorted.
    """

    region: Region
    state: TrafficState
    values: Mapping[InstanceKey, str]
    overridden: bool
    without_usable_stack: tuple[InstanceKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficTurn:
    """What an operator asks for: a region drained, or with `drains` False taken back."""

    region: Region
    drains: bool

    @property
    def command(self) -> str:
        """Give the command that asks for it."""
        return "drain" if self.drains else "undrain"
