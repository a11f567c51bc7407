"""SIGKILL at every API call, before it is carried out; then the same command again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.faults.killing import CHUNKS, kill_everywhere

if TYPE_CHECKING:
    from tests.integration.faults.conftest import Small

pytestmark = [pytest.mark.integration, pytest.mark.emulator_only, pytest.mark.exhaustive]


@pytest.mark.parametrize("chunk", range(1, CHUNKS + 1))
def test_a_command_that_was_killed_at_a_call_that_was_never_carried_out_ends_well_when_repeated(
    small: Small, chunk: int
) -> None:
    kill_everywhere(small, chunk, "RECEIVED")
