"""Reviewed text: what a test makes is compared with a file; `--update-golden` writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

EXPECTED = Path(__file__).parent / "expected"


@pytest.fixture
def golden(request):
    """Compare a text with tests/golden/expected/NAME."""
    update = request.config.getoption("--update-golden")

    def compare(name: str, text: str) -> None:
        path = EXPECTED / name
        if update:
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no {path.name}: review the output of pytest --update-golden"
        assert text == path.read_text(encoding="utf-8")

    return compare
