"""A mapping that remembers its past, so that a list can be as late as AWS's lists may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

K = TypeVar("K")
V = TypeVar("V")


class Versions(Generic[K, V]):
    """Keeps every value that a key ever had, in the order in which the keys came."""

    def __init__(self) -> None:
        self._versions: dict[K, list[tuple[datetime, V | None]]] = {}

    def put(self, key: K, value: V | None, at: datetime) -> None:
        """Set the value of a key from now on; None removes the key."""
        self._versions.setdefault(key, []).append((at, value))

    def find(self, key: K) -> V | None:
        """Give the present value."""
        versions = self._versions.get(key)
        return versions[-1][1] if versions else None

    def get(self, key: K) -> V:
        """Give the present value; KeyError where there is none."""
        found = self.find(key)
        if found is None:
            raise KeyError(key)
        return found

    def values(self) -> list[V]:
        """Give all present values."""
        present = (versions[-1][1] for versions in self._versions.values())
        return [value for value in present if value is not None]

    def values_at(self, moment: datetime) -> list[V]:
        """Give all values as they were at a moment."""
        past = (_value_at(versions, moment) for versions in self._versions.values())
        return [value for value in past if value is not None]


def _value_at(versions: list[tuple[datetime, V | None]], moment: datetime) -> V | None:
    earlier = (value for at, value in reversed(versions) if at <= moment)
    return next(earlier, None)
