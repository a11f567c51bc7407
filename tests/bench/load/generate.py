"""Load by locust: users who ask `GET /myresource` again as soon as they are answered.

`python -m tests.bench.load.generate --users 8 --seconds 10 --warm-up 5 REGION=URL...` loads all
regions that it is given at once, so many users each, and prints one line of JSON. It is always a
process of its own: importing locust puts gevent's sockets, locks and threads in the place of
Python's.
"""

# locust stands before all that opens sockets, since it replaces them.
from locust import HttpUser, task  # isort: skip
from locust.env import Environment  # isort: skip
from locust.stats import StatsEntry  # isort: skip

import argparse
import json
import os
import sys
import time
from urllib.request import getproxies

import gevent


class Caller(HttpUser):
    """Someone who asks one region, over one kept connection."""

    abstract = True
    region = ""

    def on_start(self) -> None:
        """Go where the environment leads: locust tells requests not to look at each call."""
        self.client.proxies = getproxies()
        self.client.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True

    @task
    def ask(self) -> None:
        """Count an answer as one only where it is what the region that was asked has to say."""
        expected = f"Hello from Lambda in region: {self.region}"
        with self.client.get("myresource", name=self.region, catch_response=True) as answer:
            if answer.status_code == 0:
                answer.failure(type(answer.error).__name__)
            elif answer.status_code != 200:
                answer.failure(f"status {answer.status_code}")
            elif answer.text != expected:
                answer.failure("another body")


def generate(
    endpoints: dict[str, str], *, users: int, seconds: float, warm_up: float
) -> dict[str, object]:
    """Load the endpoints; the figures of each by region, and of the generator itself.

    A closed loop: a slow answer makes its user ask less often, so that latencies are of a service
    that is as busy as these users make it, and not of a rate that somebody chose.
    """
    callers = [
        type(f"CallerOf{number}", (Caller,), {"host": url, "region": region, "fixed_count": users})
        for number, (region, url) in enumerate(endpoints.items())
    ]
    environment = Environment(user_classes=callers)
    runner = environment.create_local_runner()
    runner.start(users * len(callers), spawn_rate=users * len(callers))
    gevent.sleep(warm_up)
    environment.stats.reset_all()
    began, used = time.monotonic(), time.process_time()
    gevent.sleep(seconds)
    took, used = time.monotonic() - began, time.process_time() - used
    found = environment.stats
    figures = {
        "regions": {region: _read(found.get(region, "GET"), took) for region in endpoints},
        "all": _read(found.total, took),
        "errors_by_kind": {
            f"{one.name}: {one.error}": one.occurrences for one in found.errors.values()
        },
        "generator_processors": round(used / took, 2),
    }
    runner.quit()
    return figures


def _read(seen: StatsEntry, seconds: float) -> dict[str, object]:
    return {
        "requests": seen.num_requests,
        "requests_per_second": round(seen.num_requests / seconds, 1),
        # To two digits, as locust keeps them.
        "p50_ms": seen.get_response_time_percentile(0.5),
        "p99_ms": seen.get_response_time_percentile(0.99),
        "errors": seen.num_failures,
    }


def main() -> None:
    """Read the words of the command line, generate, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load.generate")
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--warm-up", type=float, required=True)
    parser.add_argument("endpoints", nargs="+", metavar="REGION=URL")
    words = parser.parse_args()
    endpoints = dict(one.split("=", 1) for one in words.endpoints)
    figures = generate(endpoints, users=words.users, seconds=words.seconds, warm_up=words.warm_up)
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
