"""An embedded AWS that does not start is told, and leaves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacksets.local.availability import LocalAwsUnavailableError
from stacksets.local.embedded import embedded_aws

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_that_ends_before_it_is_ready_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.executable", "/bin/false")

    with pytest.raises(LocalAwsUnavailableError, match=r"did not start \(exit status 1\)"):
        embedded_aws().__enter__()

    assert [*tmp_path.iterdir()] == []
