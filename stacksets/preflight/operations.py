"""Whether another operation is in the way.

It alone is no reason not to begin: the plan's first step waits for it, or refuses to. Beside other
problems it is one more to know of before the next try.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacksets.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacksets.preflight.case import Case


def check_running(case: Case) -> Iterator[Problem]:
    """Find an operation of the stack set that has not ended."""
    operation = case.observed and case.observed.running_operation
    if operation:
        yield Problem(
            where=f"stack set {case.deployment.name}",
            what=f"operation {operation.id} ({operation.action}) is {operation.status}",
            hint="`stacksets watch` waits for its end, and a deploy would as well",
        )
