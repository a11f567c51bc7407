"""Where a stack instance answers and what it should say, from the table [smoke] and the outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.smoke.result import SmokeCheck, SmokeResult

if TYPE_CHECKING:
    from stacksets.model.desired import InstanceKey
    from stacksets.model.smoke import Smoke
    from stacksets.outputs import InstanceOutputs
    from stacksets.smoke.http import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One URL and a good answer: `body` is None where the file does not say it.

    `region` is what the body must hold, None where the file does not expect it there. `sign` is the
    service that requests are signed for, None where it takes anybody's.
    """

    key: InstanceKey
    url: str
    status: int
    body: str | None
    region: str | None
    sign: str | None = None

    def is_good(self, answer: Answer) -> bool:
        """Tell whether that is the answer that the file describes."""
        return answer.status == self.status and self.body in {None, answer.body}


def find_endpoint(wanted: Smoke, outputs: InstanceOutputs) -> Endpoint | SmokeResult:
    """Give the endpoint of a stack instance, or the failed result that it has none."""
    base = outputs.outputs.get(wanted.output)
    problem = outputs.problem or _find_fault(wanted.output, base)
    if problem or base is None:
        check = SmokeCheck(name="endpoint", passed=False, detail=problem)
        return SmokeResult(key=outputs.key, url="", checks=(check,))
    key = outputs.key
    body = wanted.body
    return Endpoint(
        key=key,
        url=f"{base.rstrip('/')}/{wanted.path.lstrip('/')}",
        status=wanted.status,
        body=body and body.replace("{region}", key.region).replace("{account}", key.account),
        region=key.region if body and "{region}" in body else None,
        sign=wanted.sign if _wants_signature(wanted, outputs) else None,
    )


def _wants_signature(wanted: Smoke, outputs: InstanceOutputs) -> bool:
    there = outputs.parameters
    return all(there.get(name) == value for name, value in wanted.sign_where.items())


def _find_fault(output: str, base: str | None) -> str:
    if base is None:
        return f"the stack has no output {output}"
    return "" if base.startswith("https://") else f"the output {output} is no https:// URL: {base}"
