"""Many requests at once, but fewer than the account's Lambda concurrency.

A throttled Lambda answers 500 (Lambda developer guide, invocation errors): a burst over the limit
would blame the service for the account, and would take concurrency from what else runs there.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from stacksets.errors import AwsError, CredentialsError
from stacksets.smoke.http import NoAnswerError
from stacksets.smoke.result import SmokeCheck

if TYPE_CHECKING:
    from stacksets.smoke.asking import Asker
    from stacksets.smoke.endpoint import Endpoint
    from stacksets.smoke.http import Answer

LOWEST_LIMIT = 10
"""The Lambda concurrency of a new account: what is assumed where it cannot be read."""


def check_burst(asker: Asker, wanted: int) -> SmokeCheck:
    """Send the burst; the detail says how many, why not as many as the file asks for, how slow.

    Raises:
        CredentialsError: the credentials stopped working.
    """
    endpoint = asker.endpoint
    size, remark = _find_size(asker, wanted)
    with ThreadPoolExecutor(max_workers=size) as executor:
        answers = list(executor.map(lambda _: asker.ask(), range(size)))
    good = [
        one.latency_ms
        for one in answers
        if not isinstance(one, NoAnswerError) and endpoint.is_good(one)
    ]
    slowest = f", slowest {max(good):.0f} ms" if good else ""
    told = f"{len(good)} of {size} at once answered well{slowest}{_tell_bad(endpoint, answers)}"
    return SmokeCheck(name="burst", passed=len(good) == size, detail=told + remark)


def _find_size(asker: Asker, wanted: int) -> tuple[int, str]:
    """Give the size of the burst and a remark where it is not what the file asks for."""
    key = asker.endpoint.key
    try:
        limit = asker.aws.account(key.account, key.region, asker.role_name).lambda_concurrency()
    except CredentialsError:
        raise
    except AwsError as error:
        size = min(wanted, LOWEST_LIMIT - 1)
        return size, f" (could not read the account's Lambda concurrency: {error.message})"
    if wanted < limit:
        return wanted, ""
    size = max(1, limit - 1)
    return size, f" (not {wanted}: the account's Lambda concurrency is {limit})"


def _tell_bad(endpoint: Endpoint, answers: list[Answer | NoAnswerError]) -> str:
    """Name what the others said, each kind once."""
    kinds = {
        str(one) if isinstance(one, NoAnswerError) else f"status {one.status}"
        for one in answers
        if isinstance(one, NoAnswerError) or not endpoint.is_good(one)
    }
    return f"; the others: {', '.join(sorted(kinds))}" if kinds else ""
