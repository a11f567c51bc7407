"""What a name leads to by the records of all zones, as Route 53's name servers answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LONGEST_CHAIN: Final = 8
_AWS: Final = "amazonaws.com"
_FOLLOWED: Final = frozenset({"A", "AAAA", "CNAME"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record set: its name without the last dot, and the alias target or value that it gives.

    `region` is that of a latency record, empty for a simple one.
    """

    name: str
    type: str
    target: str
    region: str = ""
    health_check_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """Follows names; `is_healthy` tells the status of a health check by its id.

    It answers for the whole world: zones of all accounts are public here.
    """

    list_records: Callable[[], Sequence[Record]]
    is_healthy: Callable[[str], bool]

    def resolve(self, name: str) -> str | None:
        """Give the name of AWS at the end of the chain; None where a name leads to none.

        AWS's own names stand for themselves.
        """
        records = self.list_records()
        for _ in range(_LONGEST_CHAIN):
            if name == _AWS or name.endswith(f".{_AWS}"):
                return name
            of_name = [one for one in records if one.name == name and one.type in _FOLLOWED]
            if not of_name:
                return None
            name = self._choose(of_name).target
        return None

    def _choose(self, records: Sequence[Record]) -> Record:
        """Choose among the records of one name.

        Everyone here is equally far from every region: the first by name is the nearest. Where none
        is healthy Route 53 answers as if all were.
        """
        healthy = [
            one
            for one in records
            if not one.health_check_id or self.is_healthy(one.health_check_id)
        ]
        return min(healthy or records, key=lambda one: (one.region, one.type))
