"""Deploy and destroy while 3 of 10 calls break, at every offset: the right state in the end.

microburst breaks the calls on their way to the embedded AWS, or the replies on their way back.
botocore tries again as it does everywhere; only its pauses are left out.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.integration.faults.breaking import OFFSETS, run_while_broken
from tests.integration.faults.small import ACCEPTED, state, told

if TYPE_CHECKING:
    from tests.integration.commands import Folder
    from tests.integration.faults.burst import Burst, Fault
    from tests.integration.faults.small import Command
    from tests.local_aws import LocalAws

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]


@pytest.fixture(scope="session")
def known() -> dict[Command, object]:
    """What AWS holds after each command that nothing disturbs, once one test has seen it."""
    return {}


def _expect(folder: Folder, local_aws: LocalAws, known: dict[Command, object]) -> None:
    for command in ACCEPTED:
        if command not in known:
            assert folder.run(*command).exit_code == 0
            known[command] = state(local_aws)


@pytest.mark.parametrize("first", range(OFFSETS))
def test_every_change_ends_in_the_right_state(
    folder: Folder,
    broken: Burst,
    local_aws: LocalAws,
    fault: Fault,
    first: int,
    known: dict[Command, object],
) -> None:
    empty = state(local_aws)
    _expect(folder, local_aws, known)

    for command, accepted in ACCEPTED.items():
        since = len(local_aws.journal())
        broken.break_some(fault, first=first)
        is_reached = partial(_is_reached, local_aws, known[command])
        run_while_broken(folder, broken, command, is_reached=is_reached)
        assert told(local_aws, since).accepted == accepted
        assert state(local_aws) == known[command]

    assert state(local_aws) == empty


def _is_reached(local_aws: LocalAws, expected: object) -> bool:
    return state(local_aws) == expected
