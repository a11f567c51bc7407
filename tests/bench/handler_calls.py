"""What the handler alone takes, in process: the first call of a new interpreter, and those after.

No Lambda, no API Gateway, no network. Processor time: the handler waits for nothing, and what else
runs on the machine does not count. `generator/capacity/needs.py` goes on from these figures.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

HANDLER = Path(__file__).parent.parent.parent / "handler"
COLD_RUNS = 10
WARM_CALLS = 10_000
EVENT = {
    "resource": "/myresource",
    "path": "/myresource",
    "httpMethod": "GET",
    "headers": {"Host": "api.example.com", "User-Agent": "bench", "X-Forwarded-Proto": "https"},
    "queryStringParameters": None,
    "requestContext": {
        "requestId": "00000000-0000-0000-0000-000000000000",
        "stage": "prod",
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "bench"},
    },
    "body": None,
    "isBase64Encoded": False,
}
# Nothing is imported before the handler that its import would have to bring; what it logs goes to
# its standard output as in Lambda, so the figures take the other way out.
_PROBE = f"""
import sys, time
class Context:
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench:live"
    aws_request_id = "00000000-0000-0000-0000-000000000000"
    function_version = "1"
took = []
for _ in range(int(sys.argv[1]) + 1):
    began = time.process_time()
    if not took:
        import index
    answer = index.handler({EVENT!r}, Context)
    took.append((time.process_time() - began) * 1000)
    sys.stdout.flush()
assert answer["body"] == "Hello from Lambda in region: us-east-1", answer
sys.stderr.write(repr(took))
"""


def run(calls: int) -> list[float]:
    """Milliseconds of each call in a new interpreter: import and first call, then so many more."""
    done = subprocess.run(
        # -S: the standard library and nothing that this machine's site adds.
        [sys.executable, "-S", "-c", _PROBE, str(calls)],
        cwd=HANDLER,
        check=True,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    return [float(one) for one in done.stderr.strip("[]").split(",")]


def figures(*, cold_runs: int = COLD_RUNS, warm_calls: int = WARM_CALLS) -> dict[str, object]:
    """Cold: the median of so many interpreters; warm: the median and the worst but one in 100."""
    warm = sorted(run(warm_calls)[1:])
    return {
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "cold_ms": round(statistics.median(run(0)[0] for _ in range(cold_runs)), 1),
        "warm_p50_ms": round(statistics.median(warm), 3),
        "warm_p99_ms": round(warm[int(warm_calls * 0.99) - 1], 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(figures(), indent=1) + "\n")
