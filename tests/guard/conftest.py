from __future__ import annotations

import pytest

from generator.checks.install_guard import GUARD


@pytest.fixture(scope="session")
def guard_binary():
    """The real cfn-guard; to go without it would be to check nothing."""
    if not GUARD.is_file():
        pytest.fail("there is no .tools/cfn-guard: python -m generator.checks.install_guard")
    return GUARD
