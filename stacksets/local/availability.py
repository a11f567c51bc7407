"""Whether the embedded local AWS can run here, told in a sentence before anything starts."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from stacksets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

NEEDED = ("ministack", "hypercorn", "trustme", "awslambdaric")
_INSTALL = "python -m pip install 'multi-region-service[local]'"


class LocalAwsUnavailableError(InputError):
    """The embedded local AWS cannot run here; the hint says what to do."""

    code = "LOCAL_AWS_UNAVAILABLE"


def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def check_available(
    *, is_installed: Callable[[str], bool] = _is_installed, platform: str = sys.platform
) -> None:
    """Raise LocalAwsUnavailableError where a part of the extra `local` is missing.

    awslambdaric (AWS's own runtime client) has wheels for Linux with glibc only: neither for macOS
    nor for musl, and building it there needs a compiler and autotools.
    """
    missing = [name for name in NEEDED if not is_installed(name)]
    if not missing:
        return
    if missing == ["awslambdaric"] and platform != "linux":
        raise LocalAwsUnavailableError(
            f"The embedded local AWS cannot run handlers on {platform}: awslambdaric, AWS's own "
            "runtime client, has no wheel for it.",
            hint="use Linux, or a Linux container; template, plan and deploy work here",
        )
    raise LocalAwsUnavailableError(
        f"The embedded local AWS needs {', '.join(missing)}, which is not installed here.",
        hint=f"{_INSTALL} (awslambdaric: Linux with glibc only, not musl)",
    )
