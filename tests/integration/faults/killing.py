"""SIGKILL at every API call of a deploy and of a destroy, and the same command again.

The embedded AWS holds the n-th call, before or after it is carried out, and the process dies while
it waits: no race decides where.
"""

from __future__ import annotations

import itertools
import signal
import time
from typing import TYPE_CHECKING, Any

from tests.integration.faults.small import DEPLOY, DESTROY, WRITES, state, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.integration.faults.conftest import Small
    from tests.integration.faults.prefork import Ended
    from tests.integration.faults.small import Told

CHUNKS = 5
LAG_SECONDS = 1.0
TIMEOUT_SECONDS = 30
# What is sent again is known by its id. The deletion of a stack set has none and needs none.
REPEATABLE = frozenset(WRITES) - {"DeleteStackSet"}
ACCEPTED = {
    DEPLOY: {"CreateStackSet": 1, "CreateStackInstances": 1},
    DESTROY: {"DeleteStackInstances": 1, "DeleteStackSet": 1},
}


def _kill(small: Small, command: Sequence[str], number: int, moment: str) -> dict[str, Any] | None:
    """Start a command and kill it at its n-th call; None where it ended before it came to that."""
    small.local.hold(number, moment)
    running = small.start(*command)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not (held := small.local.held()):
        if running.has_ended():
            small.local.release()
            _expect(running.wait(), 0)
            return None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.signal(signal.SIGKILL)
    _expect(running.wait(), -signal.SIGKILL)
    return held


def _expect(ended: Ended, exit_code: int) -> None:
    assert ended.exit_code == exit_code, ended.said


def _kill_and_repeat(
    small: Small, command: Sequence[str], number: int, moment: str, *, replay: str, lags: bool
) -> bool:
    """Kill a command at its n-th call and run it again; whether it came to that call.

    With `lags` the next run sees neither in the lists nor in the stacks what has been accepted
    already, and sends it once more. No list is older than what the first run saw.
    """
    since = len(small.local.journal())
    if lags:
        time.sleep(LAG_SECONDS)
    seconds = LAG_SECONDS if lags else 0
    small.local.set_control_plane(replay=replay, instance_seconds=seconds)
    held = _kill(small, command, number, moment)
    if held:
        small.local.set_control_plane(replay=replay, list_lag_seconds=seconds)
        _expect(small.run(*command), 0)
    small.local.set_control_plane()
    calls = told(small.local, since)
    assert calls.accepted == ACCEPTED[command], (number, moment, held)
    return held is not None


def kill_everywhere(small: Small, chunk: int, moment: str, *, replay: str) -> None:
    """Kill both commands at every `CHUNKS`-th call from `chunk` on, to the last call of both."""
    empty = state(small.local)
    usual = {DEPLOY: _run_undisturbed(small, DEPLOY)}
    deployed = state(small.local)
    usual[DESTROY] = _run_undisturbed(small, DESTROY)
    assert (state(small.local), len(deployed["stack sets"])) == (empty, 1)

    for number in itertools.count(chunk, CHUNKS):
        reached = []
        for command, expected in ((DEPLOY, deployed), (DESTROY, empty)):
            lags = usual[command].action(number) in REPEATABLE
            came = _kill_and_repeat(small, command, number, moment, replay=replay, lags=lags)
            assert came or number > usual[command].certain, f"{command[0]} makes no call {number}"
            assert state(small.local) == expected, (number, moment, command)
            reached.append(came)
        if not any(reached):
            break


def _run_undisturbed(small: Small, command: Sequence[str]) -> Told:
    since = len(small.local.journal())
    _expect(small.run(*command), 0)
    return told(small.local, since)
