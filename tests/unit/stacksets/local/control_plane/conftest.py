from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.stacksets.local.control_plane.bench import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A control plane with the stack set `site` and nothing else."""
    bench = Bench()
    bench.create_set()
    yield bench
    bench.ending.set()
    for region in [key.region for key in bench.work.running]:
        bench.work.end(region)
    bench.engine.join()
