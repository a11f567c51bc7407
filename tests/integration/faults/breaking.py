"""Commands while calls break, and the judgement of how they end."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

from botocore.config import Config

from stacksets.aws import clients
from tests.integration.deployer import HastyClock
from tests.integration.faults.burst import (
    INTERNAL,
    LOST_REPLY,
    RESET,
    SLOW,
    THROTTLED,
    UNAVAILABLE,
)
from tests.integration.faults.small import ACCEPTED, DRIFT, RESUME, RETAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest

    from tests.integration.commands import Folder, Ran
    from tests.integration.faults.burst import Burst, Fault

OFFSETS = 10
FAULTS = {
    "throttled": THROTTLED,
    "internal failure": INTERNAL,
    "unavailable": UNAVAILABLE,
    "reset": RESET,
    "lost reply": LOST_REPLY,
    "slow": SLOW,
}
PATIENCE_SECONDS = 0.3
CHANGING = {*ACCEPTED, RETAIN, RESUME, DRIFT}


def offsets_of(fault: Fault) -> range:
    """Give a third of the offsets, another one for the next kind of fault: two kinds at each."""
    return range([*FAULTS.values()].index(fault) % 3, OFFSETS, 3)


class LessHastyClock(HastyClock):
    """Looks at an operation a few times instead of dozens: every look is two more calls."""

    longest_rest_seconds = 0.15


def leave_pauses_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what botocore decides and not the seconds that it waits: 3 tries in a row are 7."""
    hasty = SimpleNamespace(sleep=lambda _: None, time=time.time)
    monkeypatch.setattr("botocore.endpoint.time", hasty)
    bucket = "botocore.retries.bucket.TokenBucket._sleep_amount"
    monkeypatch.setattr(bucket, lambda self, amount: 0)


def give_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a call time out after a moment instead of a minute."""
    usual, soon = clients.config, Config(read_timeout=PATIENCE_SECONDS)
    monkeypatch.setattr(clients, "config", lambda *given: usual(*given).merge(soon))


def run_while_broken(
    folder: Folder,
    broken: Burst,
    command: Sequence[str],
    *,
    exit_code: int = 0,
    is_reached: Callable[[], bool] = lambda: True,
) -> Ran:
    """Run a command by the rules that were set; where they were too much, once more without.

    `is_reached` says whether AWS holds what the command is to bring about: it may say that it has
    only where that is true. `exit_code` is how it ends undisturbed.
    """
    try:
        ran = folder.run(*command)
    finally:
        fired = broken.fired()
        if command in CHANGING or command[0] == "import":
            broken.settle()
        broken.mend()
    assert fired, "nothing broke: this would prove nothing"
    if _is_broken(ran):
        _check_error(ran, fired)
        ran = folder.run(*command)
    else:
        assert is_reached()
    assert ran.exit_code == exit_code, ran.lines
    return ran


def _is_broken(ran: Ran) -> bool:
    return "error" in ran.result


def _check_error(ran: Ran, fired: Sequence[str]) -> None:
    """One error with its exit code, about a call that really broke."""
    result = ran.result
    assert [one["type"] for one in ran.lines].count("result") == 1
    assert (ran.exit_code, result["exit_code"], result["code"]) == (5, 5, "SERVICE"), ran.lines
    error = result["error"]
    assert error["api"].partition(":")[2] in fired
    assert error["message"]
    assert error["hint"]
