"""SIGKILL at every API call of a deploy and of a destroy, and the same command again.

The embedded AWS holds the n-th call, before or after it is carried out, and the process dies while
it waits: no race decides where.
"""

from __future__ import annotations

import itertools
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.integration.faults.small import ACCEPTED, WRITES, state, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.integration.faults.conftest import Small
    from tests.integration.faults.prefork import Ended
    from tests.integration.faults.small import Command, Told

CHUNKS = 5
LAG_SECONDS = 1.0
TIMEOUT_SECONDS = 30
# What is sent again is known by its id. The deletion of a stack set has none and needs none.
REPEATABLE = frozenset(WRITES) - {"DeleteStackSet"}
# What takes an operation id.
OPERATIONS = REPEATABLE - {"CreateStackSet"}


def kill(
    small: Small, command: Command, number: int, moment: str, action: str = ""
) -> dict[str, Any] | None:
    """Start a command and kill it at its n-th call (of an action); None where it makes none."""
    small.local.hold(number, moment, action)
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
    small: Small, command: Command, number: int, moment: str, *, replay: str, lags: bool
) -> Round:
    """Kill a command at its n-th call and run it again.

    With `lags` the next run sees neither in the lists nor in the stacks what has been accepted
    already, and sends it once more. No list is older than what the first run saw.
    """
    since = len(small.local.journal())
    if lags:
        time.sleep(LAG_SECONDS)
    seconds = LAG_SECONDS if lags else 0
    small.local.set_control_plane(replay=replay, instance_seconds=seconds)
    held = kill(small, command, number, moment)
    if held:
        small.local.set_control_plane(replay=replay, list_lag_seconds=seconds)
        _expect(small.run(*command), 0)
    small.local.set_control_plane()
    calls = told(small.local, since)
    assert calls.accepted == ACCEPTED[command], (number, moment, held)
    return Round(came=held is not None, replays=calls.replays)


@dataclass(frozen=True)
class Round:
    """Whether a command came to the call that it was to be killed at, and what was sent again."""

    came: bool
    replays: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Killer:
    """Kills the commands, one after the other, at the same call of each.

    `usual` is what each calls undisturbed, `after` what AWS holds then.
    """

    small: Small
    moment: str
    usual: Mapping[Command, Told]
    after: Mapping[Command, object]

    def kill_each(self, number: int, replay: str) -> tuple[Round, ...]:
        return tuple(self._kill(command, number, replay) for command in ACCEPTED)

    def operations_at(self, number: int) -> list[str]:
        """Name the operations that the commands start with their calls of this number."""
        actions = (self.usual[command].action(number) for command in ACCEPTED)
        return [one for one in actions if one in OPERATIONS]

    def _kill(self, command: Command, number: int, replay: str) -> Round:
        usual = self.usual[command]
        lags = usual.action(number) in REPEATABLE
        found = _kill_and_repeat(self.small, command, number, self.moment, replay=replay, lags=lags)
        assert found.came or number > usual.certain, f"{command[0]} makes no call {number}"
        assert state(self.small.local) == self.after[command], (number, self.moment, command)
        return found


def kill_everywhere(small: Small, chunk: int, moment: str) -> None:
    """Kill the commands at every `CHUNKS`-th call from `chunk` on, to the last call of each.

    Where an operation was sent again that AWS had accepted before, all is done once more with an
    AWS that answers so by OperationIdAlreadyExists; where none was, its answer cannot matter.
    """
    killer = _prepare(small, moment)
    for number in itertools.count(chunk, CHUNKS):
        rounds = killer.kill_each(number, "SAME_ID")
        accepted = killer.operations_at(number) if moment == "ANSWERED" else []
        assert _replays(rounds) == [(action, 200) for action in accepted]
        if accepted:
            again = killer.kill_each(number, "EXCEPTION")
            assert _replays(again) == [(action, 409) for action in accepted]
        if not any(one.came for one in rounds):
            break


def _replays(rounds: Sequence[Round]) -> list[tuple[str, int]]:
    return [(one["action"], one["status"]) for each in rounds for one in each.replays]


def _prepare(small: Small, moment: str) -> Killer:
    """Run the commands undisturbed, to nothing left."""
    empty = state(small.local)
    usual, after = {}, {}
    for command in ACCEPTED:
        usual[command] = _run_undisturbed(small, command)
        after[command] = state(small.local)
    assert [one for one in after.values() if one == empty] == [empty]
    assert state(small.local) == empty
    return Killer(small=small, moment=moment, usual=usual, after=after)


def _run_undisturbed(small: Small, command: Command) -> Told:
    since = len(small.local.journal())
    _expect(small.run(*command), 0)
    return told(small.local, since)
