"""Names, connections and health checkers: how calls find the endpoints of stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.local.route53.answers import HealthAnswers
from stacksets.local.route53.checkers import Checkers
from stacksets.local.route53.probing import Prober
from stacksets.local.route53.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from stacksets.local.peers import Peers
    from stacksets.local.route53.checks import HealthCheck
    from stacksets.local.route53.probing import Found
    from stacksets.local.route53.resolver import Record

    class Zones(Protocol):
        """What Route 53 keeps, in all accounts."""

        def list_records(self) -> Sequence[Record]:
            """Give all record sets."""
            ...

        def list_health_checks(self) -> Sequence[HealthCheck]:
            """Give all health checks."""
            ...

        def find_health_check(self, account: str, check_id: str) -> HealthCheck | None:
            """Give a health check of an account; None where it has none of that id."""
            ...


class DataPlane:
    """What stands between a caller and the server behind the TLS port."""

    def __init__(self, zones: Zones, *, peers: Peers, port_of_tls: int) -> None:
        self.peers = peers
        self.checkers = Checkers(list_checks=zones.list_health_checks, probe=self._probe)
        self.health = HealthAnswers(self.checkers, zones.find_health_check)
        self._resolver = Resolver(
            list_records=zones.list_records, is_healthy=self.checkers.is_healthy
        )
        self._prober = Prober(port_of_tls=port_of_tls, peers=peers, resolve=self.resolve)

    def resolve(self, name: str) -> str | None:
        """Give the name of AWS that a name leads to; None where it leads to none."""
        return self._resolver.resolve(name)

    def _probe(self, check: HealthCheck, region: str) -> Found:
        return self._prober.probe(check, region)
