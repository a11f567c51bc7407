"""Whether Route 53 considers a health check healthy."""

from __future__ import annotations

import pytest

from stacksets.local.route53.checks import HealthCheck, is_healthy

SICK, WELL = [False, False, False], [True, True, True]


def status(*checks: HealthCheck, seen: dict[str, list[bool]] | None = None) -> bool:
    """The status of the first check, by what the checkers of each endpoint make of it."""
    known = {check.id: check for check in checks}
    return is_healthy(checks[0].id, find=known.get, seen=lambda one: (seen or {}).get(one, []))


def endpoint(name: str = "endpoint", **settings: bool) -> HealthCheck:
    return HealthCheck(id=name, type="HTTPS", **settings)


def calculated(threshold: int, *children: str, **settings: bool) -> HealthCheck:
    return HealthCheck(
        id="switch", type="CALCULATED", threshold=threshold, children=children, **settings
    )


@pytest.mark.parametrize(
    ("healthy", "all_checkers", "expected"),
    [(0, 8, False), (1, 8, False), (2, 8, True), (1, 3, True)],
)
def test_an_endpoint_is_healthy_when_more_than_18_percent_of_the_checkers_find_it_so(
    healthy: int, all_checkers: int, expected: bool
) -> None:
    verdicts = [True] * healthy + [False] * (all_checkers - healthy)

    assert status(endpoint(), seen={"endpoint": verdicts}) is expected


def test_what_nobody_has_looked_at_is_healthy_and_inverted_it_is_not() -> None:
    assert status(endpoint())
    assert not status(endpoint(is_inverted=True))
    assert is_healthy("none", find=lambda _: None, seen=lambda _: SICK)


@pytest.mark.parametrize(
    ("threshold", "seen", "expected"),
    [(0, SICK, True), (1, SICK, False), (1, WELL, True), (2, WELL, False)],
)
def test_a_calculated_check_takes_as_many_children_as_its_threshold_says(
    threshold: int, seen: list[bool], expected: bool
) -> None:
    checks = (calculated(threshold, "endpoint"), endpoint())

    assert status(*checks, seen={"endpoint": seen}) is expected


def test_inverted_is_the_other_way_round_and_disabled_is_always_healthy() -> None:
    sick = {"endpoint": SICK, "other": SICK}

    assert status(endpoint(is_inverted=True), seen=sick)
    assert status(endpoint(is_disabled=True), seen=sick)
    assert status(endpoint(is_disabled=True, is_inverted=True), seen=sick)
    assert status(calculated(2, "endpoint", is_disabled=True), endpoint(), seen=sick)
    assert status(calculated(1, "endpoint", is_inverted=True), endpoint(), seen=sick)


def test_children_of_a_calculated_check_count_each_by_itself() -> None:
    seen = {"endpoint": SICK, "other": WELL}
    children = (endpoint(), endpoint("other"))

    assert status(calculated(1, "endpoint", "other"), *children, seen=seen)
    assert not status(calculated(2, "endpoint", "other"), *children, seen=seen)
