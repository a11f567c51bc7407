"""What one region needs for the whole load, and what it has.

Where a region is lost the other gets all of it, so every figure is of one region alone. By Little's
law what is at work at a time is what arrives in a second times the seconds that each takes. The
template says what arrives at most and how long each may take; the constants below say the rest.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from generator.settings import CHECKER_REGIONS

AS_OF: Final = "2026-11-28"

# The load of all callers together, in requests a second, and how many of a hundred are sent once
# more while a region is failing.
WHOLE_LOAD: Final = 150
REPEATED_PERCENT: Final = 25
# Route 53's checkers in one region ask every 30 s each, and do not wait for one another: all eight
# regions make a request every 2 s (Route 53 developer guide, unverified).
SECONDS_BETWEEN_PROBES: Final = 16

# Quotas of an account and region (Lambda and API Gateway developer guides, unverified, AS_OF).
CONCURRENCY: Final = 1_000
CONCURRENCY_OF_NEW_ACCOUNTS: Final = 10
REQUESTS_PER_CONCURRENCY: Final = 10
ENVIRONMENTS_IN_10_S: Final = 1_000
API_RATE: Final = 10_000
API_BUCKET: Final = 5_000

# With so much memory a function has one whole processor (Lambda developer guide, unverified).
MB_PER_PROCESSOR: Final = 1_769

# What is planned with, far above what is measured: Lambda's own share is known only on AWS.
WARM_MS: Final = 20
COLD_MS: Final = 1_000


class UnmetNeedsError(Exception):
    """One region would not carry the whole load; says all that it lacks, a line each."""


class Measured(NamedTuple):
    """Milliseconds of a processor that the handler alone takes: "handler_calls" of `make bench`.

    Attributes:
        python: which ran it.
        warm_p50: half of the calls take no longer.
        warm_p99: all but one in a hundred take no longer.
        cold: import and first call in a new interpreter, the median.
    """

    python: str
    warm_p50: float
    warm_p99: float
    cold: float


MEASURED: Final = Measured(python="3.11", warm_p50=0.028, warm_p99=0.14, cold=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the template says of load.

    Attributes:
        rate: requests a second that the stage lets in to each method.
        burst: requests that it lets in at once to each.
        methods: how many methods call the function.
        largest_rate: the most that its parameter takes.
        timeout_s: how long a request may take.
        memory_mb: of the function, and with it its share of a processor.
    """

    rate: int
    burst: int
    methods: int
    largest_rate: int
    timeout_s: int
    memory_mb: int

    @property
    def all_rate(self) -> int:
        """Requests a second to all methods: a stage's throttle bounds each of them by itself.

        Source: API Gateway developer guide, "Throttle requests to your REST APIs".
        """
        return self.rate * self.methods

    @property
    def all_burst(self) -> int:
        """Requests at once to all methods."""
        return self.burst * self.methods


class Need(NamedTuple):
    """Something that a region has to have for the whole load, and whether it has that."""

    title: str
    counted: str
    needs: int
    has: int

    @property
    def is_met(self) -> bool:
        """Whether there is enough."""
        return self.needs <= self.has


def read_service(template: Mapping[str, Any]) -> Service:
    """What the rendered template says where no parameter is given.

    Raises:
        ValueError: there is not one function and one stage that throttles every method.
    """
    parameters = template["Parameters"]
    (function,) = _list_properties(template, "AWS::Lambda::Function")
    (stage,) = _list_properties(template, "AWS::ApiGateway::Stage")
    (throttle,) = stage["MethodSettings"]
    return Service(
        rate=int(parameters[throttle["ThrottlingRateLimit"]["Ref"]]["Default"]),
        burst=int(parameters[throttle["ThrottlingBurstLimit"]["Ref"]]["Default"]),
        methods=len(_list_properties(template, "AWS::ApiGateway::Method")),
        largest_rate=_largest(parameters[throttle["ThrottlingRateLimit"]["Ref"]]["AllowedPattern"]),
        timeout_s=int(function["Timeout"]),
        memory_mb=int(function["MemorySize"]),
    )


def _largest(pattern: str) -> int:
    """The largest whole number that a pattern takes, as far as API Gateway's own limit."""
    taken = re.compile(pattern)
    return max(rate for rate in range(1, API_RATE + 1) if taken.fullmatch(str(rate)))


def _list_properties(template: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    resources = template["Resources"].values()
    return [one["Properties"] for one in resources if one["Type"] == kind]


def scale(milliseconds: float, memory_mb: int) -> int:
    """What takes a whole processor so long, on the share that the memory gives; rounded up."""
    return math.ceil(milliseconds * max(1.0, MB_PER_PROCESSOR / memory_mb))


def rate_for(load: int) -> int:
    """What the stage has to let in for a load: repeated requests and probes are let in, too."""
    probes = math.ceil(len(CHECKER_REGIONS) / SECONDS_BETWEEN_PROBES)
    return math.ceil(load * (100 + REPEATED_PERCENT) / 100) + probes


def at_work(rate: int, milliseconds: int) -> int:
    """Little's law: how many requests are under way at a time; rounded up."""
    return math.ceil(rate * milliseconds / 1_000)


def warm_concurrency(rate: int) -> int:
    """What of Lambda's quota a steady rate takes: ten requests a second count as one at least."""
    return max(at_work(rate, WARM_MS), math.ceil(rate / REQUESTS_PER_CONCURRENCY))


def cold_concurrency(rate: int, burst: int) -> int:
    """A burst and then the rate, until the first environments of the burst are ready."""
    return burst + at_work(rate, COLD_MS)


def list_needs(service: Service) -> list[Need]:
    """All that has to hold for the template's defaults."""
    return [*_of_handler(service), _of_throttle(service), *_of_lambda(service), *_of_api(service)]


def require_enough(service: Service) -> None:
    """Refuse defaults that one region cannot carry alone.

    Raises:
        UnmetNeedsError: something of what is needed is not there.
    """
    lines = [
        f"{need.title}: {need.needs:,} are needed ({need.counted}), there are {need.has:,}"
        for need in list_needs(service)
        if not need.is_met
    ]
    if lines:
        way_out = "→ lower the load, the throttle or the timeout, or name a larger quota"
        raise UnmetNeedsError("\n".join(["one region would not carry it all", *lines, way_out]))


def _of_handler(service: Service) -> list[Need]:
    """That what is measured fits in what is planned."""
    memory = service.memory_mb
    return [
        Need(
            f"the handler's time, {title} (ms)",
            f"{measured:g} x {MB_PER_PROCESSOR:,} / {memory} MB",
            scale(measured, memory),
            planned,
        )
        for title, measured, planned in (
            ("warm", MEASURED.warm_p99, WARM_MS),
            ("cold", MEASURED.cold, COLD_MS),
        )
    ]


def _of_throttle(service: Service) -> Need:
    return Need(
        "requests a second that the stage lets in to a method",
        f"{WHOLE_LOAD} + {REPEATED_PERCENT} % sent again + probes",
        rate_for(WHOLE_LOAD),
        service.rate,
    )


def _of_lambda(service: Service) -> list[Need]:
    rate, burst = service.all_rate, service.all_burst
    cold = cold_concurrency(rate, burst)
    return [
        Need(
            "concurrency, every environment warm",
            f"{rate} / s x {WARM_MS} ms, and {REQUESTS_PER_CONCURRENCY} / s count as 1",
            warm_concurrency(rate),
            CONCURRENCY,
        ),
        Need(
            "concurrency, every environment new",
            f"{burst} at once + {rate} / s x {COLD_MS:,} ms",
            cold,
            CONCURRENCY,
        ),
        Need(
            "concurrency, every request until the timeout, environments warm",
            f"{rate} / s x {service.timeout_s} s",
            at_work(rate, service.timeout_s * 1_000),
            CONCURRENCY,
        ),
        Need("new environments in 10 s", "the same as new ones", cold, ENVIRONMENTS_IN_10_S),
    ]


def _of_api(service: Service) -> list[Need]:
    most = "ThrottlingRateLimit, which is the burst as well"
    return [
        Need("API Gateway's requests a second", "all methods'", service.all_rate, API_RATE),
        Need("API Gateway's requests at once", "all methods'", service.all_burst, API_BUCKET),
        Need(
            "the same of one method, at the most that the parameter takes",
            most,
            service.largest_rate,
            API_BUCKET,
        ),
    ]
