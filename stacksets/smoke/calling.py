"""The checks of one endpoint after the other, and the patience that a fresh one needs."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from tenacity import Retrying, retry_if_result, wait_exponential

from stacksets.smoke.asking import Asker
from stacksets.smoke.burst import check_burst
from stacksets.smoke.endpoint import Endpoint, find_endpoint
from stacksets.smoke.http import NoAnswerError
from stacksets.smoke.result import SmokeCheck, SmokeResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenacity import RetryCallState

    from stacksets.aws.door import Aws
    from stacksets.clock import Clock
    from stacksets.model.desired import Deployment
    from stacksets.model.smoke import Smoke
    from stacksets.outputs import InstanceOutputs
    from stacksets.smoke.http import Answer, Http

PLAIN_TIMEOUT_SECONDS = 3.0
PATIENCE_SECONDS = 30.0
"""How long a whole run waits for first answers: a new API's name and permissions take seconds."""

_TOLD_LENGTH = 80
_WANTS_SIGNATURE = "Missing Authentication Token"
"""What API Gateway answers to a request without a signature where it wants one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What all endpoints of a run share; after `deadline` no first answer is waited for."""

    wanted: Smoke
    aws: Aws
    role_name: str | None
    http: Http
    clock: Clock
    deadline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    """What an endpoint answers once it has begun to, and how long that took.

    After a first good answer it is asked again: that one may have been a cold start, which says
    little of the latency. `first_ms` is None where there was no good answer.
    """

    answer: Answer | NoAnswerError
    first_ms: float | None
    attempts: int
    seconds: float

    def __str__(self) -> str:
        if self.attempts == 1:
            return ""
        return f" (attempt {self.attempts}, after {self.seconds:.0f} s)"


def smoke(
    deployment: Deployment,
    outputs: Sequence[InstanceOutputs],
    aws: Aws,
    http: Http,
    clock: Clock,
) -> tuple[SmokeResult, ...]:
    """Call every stack instance, in the order of `outputs`, as the table [smoke] says.

    Only first answers are waited for, `PATIENCE_SECONDS` at most for all of them together; nothing
    else is repeated. Nothing is called where the file has no table [smoke].

    Raises:
        CredentialsError: the credentials stopped working.
    """
    wanted = deployment.smoke
    if wanted is None:
        return ()
    run = _Run(
        wanted=wanted,
        aws=aws,
        role_name=deployment.read_role_name,
        http=http,
        clock=clock,
        deadline=clock.monotonic() + PATIENCE_SECONDS,
    )
    return tuple(_smoke_one(run, find_endpoint(wanted, one)) for one in outputs)


def _smoke_one(run: _Run, endpoint: Endpoint | SmokeResult) -> SmokeResult:
    if isinstance(endpoint, SmokeResult):
        return endpoint
    asker = Asker(endpoint=endpoint, http=run.http, aws=run.aws, role_name=run.role_name)
    first = _wait_for_first(run, asker)
    if isinstance(first.answer, NoAnswerError):
        check = SmokeCheck(name="answer", passed=False, detail=f"{first.answer}{first}")
        return SmokeResult(key=endpoint.key, url=endpoint.url, checks=(check,))
    checks = [*_look_at_answer(endpoint, first.answer, str(first))]
    if first.first_ms is not None:
        told = f"{first.answer.latency_ms:.0f} ms, the first answer took {first.first_ms:.0f} ms"
        checks.append(SmokeCheck(name="latency", passed=True, detail=told))
    if endpoint.sign is not None:
        checks.append(_check_unsigned(asker))
    checks.append(_check_plain(asker))
    if endpoint.is_good(first.answer):
        checks.append(check_burst(asker, run.wanted.burst))
    return SmokeResult(
        key=endpoint.key,
        url=endpoint.url,
        status=first.answer.status,
        body=first.answer.body,
        latency_ms=first.answer.latency_ms,
        checks=tuple(checks),
    )


def _wait_for_first(run: _Run, asker: Asker) -> _First:
    """Ask until the endpoint answers as one that is not fresh any more, or patience ends."""
    endpoint, started = asker.endpoint, run.clock.monotonic()
    retrying = Retrying(
        sleep=run.clock.sleep,
        wait=wait_exponential(multiplier=0.5, max=5),
        stop=lambda _: run.clock.monotonic() >= run.deadline,
        retry=retry_if_result(lambda answer: _looks_fresh(endpoint, answer)),
        retry_error_callback=_last_result,
    )
    answer = retrying(asker.ask)
    seconds = run.clock.monotonic() - started
    first_ms = None
    if not isinstance(answer, NoAnswerError) and endpoint.is_good(answer):
        first_ms = answer.latency_ms
        answer = asker.ask()
    return _First(
        answer=answer,
        first_ms=first_ms,
        attempts=retrying.statistics["attempt_number"],
        seconds=seconds,
    )


def _last_result(state: RetryCallState) -> Answer | NoAnswerError:
    result: Answer | NoAnswerError = state.outcome.result()  # type: ignore[union-attr] # called after an outcome only
    return result


def _looks_fresh(endpoint: Endpoint, answer: Answer | NoAnswerError) -> bool:
    """Tell whether the answer is one that a new endpoint gives for some seconds."""
    if isinstance(answer, NoAnswerError):
        return not answer.final
    return answer.status != endpoint.status and (
        answer.status == HTTPStatus.FORBIDDEN or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _look_at_answer(endpoint: Endpoint, answer: Answer, waited: str) -> Iterator[SmokeCheck]:
    yield SmokeCheck(name="https", passed=True, detail="the certificate is valid for the host")
    remark = f"{waited}{_tell_unsigned(endpoint, answer)}"
    yield SmokeCheck(
        name="status",
        passed=answer.status == endpoint.status,
        detail=f"{answer.status}, expected {endpoint.status}{remark}",
    )
    if endpoint.body is not None:
        yield SmokeCheck(
            name="body",
            passed=answer.body == endpoint.body,
            detail=f"{_shortened(answer.body)}, expected {_shortened(endpoint.body)}",
        )
    if endpoint.region is not None:
        yield SmokeCheck(
            name="region",
            passed=endpoint.region in answer.body,
            detail=f"the body should name {endpoint.region}",
        )


def _tell_unsigned(endpoint: Endpoint, answer: Answer) -> str:
    """Say what mends it where an endpoint that nobody signed for asks who calls.

    API Gateway says the same of a path that it does not have.
    """
    if endpoint.sign is not None or _WANTS_SIGNATURE not in answer.body:
        return ""
    return '; it has no such path, or wants callers that sign: sign = "execute-api" in [smoke]'


def _check_unsigned(asker: Asker) -> SmokeCheck:
    """See that an endpoint that is asked with signatures refuses everybody else."""
    name, answer = "unsigned refused", asker.ask_as_anybody(asker.endpoint.url)
    if isinstance(answer, NoAnswerError):
        return SmokeCheck(name=name, passed=None, detail=f"could not be told: {answer}")
    return SmokeCheck(
        name=name,
        passed=answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN},
        detail=f"a call without a signature was answered {answer.status}, expected 403",
    )


def _check_plain(asker: Asker) -> SmokeCheck:
    """See that plain HTTP is not served: API Gateway offers HTTPS only (API Gateway FAQ)."""
    plain = f"http://{asker.endpoint.url.removeprefix('https://')}"
    if asker.http.has_proxy(plain):
        return SmokeCheck(name="plain HTTP", passed=None, detail="could not be told behind a proxy")
    answer = asker.ask_as_anybody(plain, timeout_seconds=PLAIN_TIMEOUT_SECONDS)
    if isinstance(answer, NoAnswerError):
        return SmokeCheck(name="plain HTTP", passed=True, detail=f"refused: {answer}")
    return SmokeCheck(
        name="plain HTTP",
        passed=answer.status >= HTTPStatus.MULTIPLE_CHOICES,
        detail=f"answered {answer.status}",
    )


def _shortened(text: str) -> str:
    return repr(text if len(text) <= _TOLD_LENGTH else f"{text[:_TOLD_LENGTH]}…")
