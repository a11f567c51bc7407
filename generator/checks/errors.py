"""What keeps the checks from being made; findings are no error."""

from __future__ import annotations


class ChecksError(Exception):
    """Something that the checks need is missing or broken; says what to do in one sentence."""
