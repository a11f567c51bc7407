from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unmeasured import others_measured_alone

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", autouse=True)
def client_unmeasured() -> Iterator[None]:
    """What calls is boto3 alone; ours is what answers."""
    with others_measured_alone():
        yield
