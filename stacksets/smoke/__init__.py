"""Calls the endpoints that the outputs name, as anybody outside would."""

from __future__ import annotations

from stacksets.smoke.calling import smoke
from stacksets.smoke.http import Answer, Http, NoAnswerError, UrllibHttp
from stacksets.smoke.result import SmokeCheck, SmokeResult

__all__ = [
    "Answer",
    "Http",
    "NoAnswerError",
    "SmokeCheck",
    "SmokeResult",
    "UrllibHttp",
    "smoke",
]
