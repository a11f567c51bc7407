"""What a request takes on this machine: the first of a new environment, and those after it."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.bench.calls import Deployed

WARM = 200
AT_ONCE = 200


def measure(service: Deployed) -> dict[str, dict[str, float]]:
    """Call `GET /myresource` of every region: cold, warm one by one, and many at once."""
    return {
        region: _measure_region(service, f"{endpoint}myresource")
        for region, endpoint in service.endpoints.items()
    }


def _measure_region(service: Deployed, url: str) -> dict[str, float]:
    cold = _milliseconds(service, url)
    warm = sorted(_milliseconds(service, url) for _ in range(WARM))
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = list(threads.map(lambda _: service.aws.https_get(url).status, range(AT_ONCE)))
    return {
        "cold_ms": cold,
        "warm_p50_ms": statistics.median(warm),
        "warm_p99_ms": warm[int(WARM * 0.99) - 1],
        "at_once": AT_ONCE,
        "at_once_answered_200": statuses.count(200),
        "at_once_seconds": round(time.perf_counter() - started, 2),
    }


def _milliseconds(service: Deployed, url: str) -> float:
    started = time.perf_counter()
    service.aws.https_get(url)
    return round((time.perf_counter() - started) * 1000, 1)
