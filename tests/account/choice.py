"""Whether the tests of a real account are asked for, and which account that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

VARIABLE = "ACCOUNT_PROFILE"
LOCAL = "local"
"""The name that stands for the embedded AWS; the variables of `stacksets local run` are used."""

TYPED_LOCALLY = "stacksets local run -- env ACCOUNT_PROFILE=local pytest -m account"
HOW = (
    f"set {VARIABLE} to the AWS profile of the account that these tests may use "
    f"({VARIABLE}=P pytest -m account), or try them without one: {TYPED_LOCALLY}"
)


def is_asked_for(config: pytest.Config, word: str = "account") -> bool:
    """Tell whether -m speaks of tests with this marker; where it is silent, none is selected."""
    return word in re.findall(r"\w+", config.getoption("markexpr"))


def chosen_profile(
    config: pytest.Config, environ: Mapping[str, str], word: str = "account"
) -> str | None:
    """Give the profile to use, None unless -m speaks of tests with this marker and one is named."""
    return (environ.get(VARIABLE) or None) if is_asked_for(config, word) else None
