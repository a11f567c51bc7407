from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from stacksets.errors import CredentialsError, ServiceError
from stacksets.model.smoke import Smoke
from stacksets.outputs import InstanceOutputs
from stacksets.smoke import Answer, NoAnswerError, SmokeCheck, SmokeResult, smoke
from tests.builders import EAST, WEST, a_deployment, a_key
from tests.fakes import FakeAccount, FakeAws, FakeClock

URL = "https://east.example/prod/hello"
PLAIN = "http://east.example/prod/hello"
GOOD = Answer(status=200, body="Hello from us-east-1", latency_ms=5)
UNSIGNED = '{"message":"Missing Authentication Token"}'
REFUSED = NoAnswerError("connection refused")
WANTED = Smoke(output="Endpoint", path="hello", body="Hello from {region}", burst=3)


@dataclass
class FakeHttp:
    """Answers each URL by its script, the last answer again and again; plain HTTP is refused.

    `signatures` says what a URL was asked with; one with `closed` refuses who does not sign.
    """

    answers: dict[str, list[Answer | NoAnswerError]] = field(default_factory=dict)
    proxied: bool = False
    asked: list[tuple[str, float]] = field(default_factory=list)
    signatures: list[tuple[str, str | None]] = field(default_factory=list)
    closed: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, url, *, timeout_seconds, headers=None):
        signature = (headers or {}).get("Authorization")
        with self.lock:
            self.asked.append((url, timeout_seconds))
            self.signatures.append((url, signature))
            if self.closed and signature is None and url == URL:
                return Answer(status=self.closed, body=UNSIGNED, latency_ms=1)
            script = self.answers.get(url, [REFUSED])
            answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, NoAnswerError):
            raise answer
        return answer

    def has_proxy(self, url):
        return self.proxied


def outputs_of(region: str = EAST, base: str = "https://east.example/prod/") -> InstanceOutputs:
    return InstanceOutputs(key=a_key(region=region), outputs={"Endpoint": base})


def call(
    *script: Answer | NoAnswerError,
    wanted: Smoke = WANTED,
    http: FakeHttp | None = None,
    aws: FakeAws | None = None,
    clock: FakeClock | None = None,
) -> SmokeResult:
    """Call one instance whose endpoint answers by a script."""
    if http is None:
        http = FakeHttp()
    http.answers.setdefault(URL, list(script))
    [result] = smoke(
        a_deployment(smoke=wanted), [outputs_of()], aws or FakeAws(), http, clock or FakeClock()
    )
    return result


def check(result: SmokeResult, name: str) -> SmokeCheck:
    [found] = [one for one in result.checks if one.name == name]
    return found


def test_an_endpoint_that_answers_as_the_file_says_passes_every_check():
    result = call(GOOD)
    assert result.passed
    assert (result.key, result.url, result.status) == (a_key(), URL, 200)
    assert (result.body, result.latency_ms) == ("Hello from us-east-1", 5)
    assert [(one.name, one.passed) for one in result.checks] == [
        ("https", True),
        ("status", True),
        ("body", True),
        ("region", True),
        ("latency", True),
        ("plain HTTP", True),
        ("burst", True),
    ]
    assert check(result, "status").detail == "200, expected 200"


def test_nothing_is_called_where_the_file_says_nothing_of_smoke():
    http = FakeHttp()
    assert smoke(a_deployment(), [outputs_of()], FakeAws(), http, FakeClock()) == ()
    assert http.asked == []


def test_every_instance_is_called_in_the_order_of_its_outputs():
    hello = Answer(status=200, body="Hello from us-west-1", latency_ms=1)
    http = FakeHttp(answers={URL: [GOOD], "https://west.example/hello": [hello]})
    outputs = [outputs_of(), outputs_of(WEST, "https://west.example")]
    east, west = smoke(a_deployment(smoke=WANTED), outputs, FakeAws(), http, FakeClock())
    assert (east.url, west.url) == (URL, "https://west.example/hello")
    assert east.passed
    assert west.passed


def test_the_region_of_another_in_the_body_fails():
    result = call(Answer(status=200, body="Hello from us-west-1", latency_ms=5))
    assert not result.passed
    assert check(result, "body").detail == "'Hello from us-west-1', expected 'Hello from us-east-1'"
    assert check(result, "region") == SmokeCheck(
        name="region", passed=False, detail="the body should name us-east-1"
    )


def test_a_long_body_is_shortened_in_the_detail_only():
    result = call(Answer(status=200, body="x" * 100, latency_ms=5))
    assert result.body == "x" * 100
    assert check(result, "body").detail.startswith(f"'{'x' * 80}…', expected ")
    fits = call(Answer(status=200, body="x" * 80, latency_ms=5))
    assert check(fits, "body").detail.startswith(f"'{'x' * 80}', expected ")


def test_body_and_region_are_checked_only_where_the_file_says_them():
    def names(body: str | None) -> list[str]:
        wanted = Smoke(output="Endpoint", path="hello", body=body)
        return [one.name for one in call(GOOD, wanted=wanted).checks]

    assert names(None) == ["https", "status", "latency", "plain HTTP", "burst"]
    with_body = ["https", "status", "body", "latency", "plain HTTP", "burst"]
    assert names("Hello from us-east-1") == with_body


def test_the_body_may_name_the_account():
    wanted = Smoke(output="Endpoint", path="hello", body="{account}")
    assert call(Answer(status=200, body="111111111111", latency_ms=1), wanted=wanted).passed


def test_a_wrong_status_fails_at_once_and_no_burst_follows():
    clock = FakeClock()
    result = call(Answer(status=404, body="", latency_ms=5), clock=clock)
    assert check(result, "status") == SmokeCheck(
        name="status", passed=False, detail="404, expected 200"
    )
    assert "burst" not in [one.name for one in result.checks]
    assert clock.slept == []


@pytest.mark.parametrize(
    "fresh",
    [
        NoAnswerError("name or service not known"),
        Answer(status=403, body="Forbidden", latency_ms=1),
        Answer(status=500, body="", latency_ms=1),
        Answer(status=503, body="", latency_ms=1),
    ],
)
def test_a_fresh_endpoint_is_waited_for_and_the_wait_is_told(fresh):
    clock = FakeClock()
    result = call(fresh, fresh, GOOD, clock=clock)
    assert result.passed
    assert check(result, "status").detail == "200, expected 200 (attempt 3, after 2 s)"
    assert clock.slept == [0.5, 1.0]


def test_a_status_that_is_expected_is_never_waited_away():
    clock = FakeClock()
    wanted = Smoke(output="Endpoint", path="hello", status=403)
    assert call(Answer(status=403, body="", latency_ms=1), wanted=wanted, clock=clock).passed
    assert clock.slept == []


def test_an_endpoint_that_never_answers_fails_after_half_a_minute():
    clock = FakeClock()
    result = call(NoAnswerError("connection refused"), clock=clock)
    assert not result.passed
    assert (result.status, result.body, result.latency_ms) == (None, "", None)
    [only] = result.checks
    assert only.name == "answer"
    assert only.detail.startswith("connection refused (attempt 10, after ")
    assert 30 <= clock.seconds < 36


def test_an_endpoint_that_stays_refused_is_judged_by_its_last_answer():
    result = call(Answer(status=403, body="Forbidden", latency_ms=1))
    assert check(result, "status").passed is False
    assert result.status == 403


def test_a_certificate_that_is_wrong_is_not_tried_again():
    clock = FakeClock()
    result = call(NoAnswerError("TLS refused: self-signed", final=True), clock=clock)
    assert [one.detail for one in result.checks] == ["TLS refused: self-signed"]
    assert clock.slept == []


def test_the_patience_is_that_of_the_whole_run_and_not_of_each_instance():
    clock = FakeClock()
    http = FakeHttp()
    outputs = [outputs_of(), outputs_of(WEST, "https://west.example/")]
    smoke(a_deployment(smoke=WANTED), outputs, FakeAws(), http, clock)
    assert [url for url, _ in http.asked].count("https://west.example/hello") == 1
    assert clock.seconds < 36


def test_the_latency_is_that_of_a_second_answer_because_the_first_may_be_a_cold_start():
    cold = Answer(status=200, body=GOOD.body, latency_ms=900)
    result = call(cold, GOOD)
    assert result.latency_ms == 5
    assert check(result, "latency").detail == "5 ms, the first answer took 900 ms"


def test_an_endpoint_that_answers_once_and_then_no_more_fails():
    result = call(GOOD, NoAnswerError("connection reset"))
    assert result.checks == (SmokeCheck(name="answer", passed=False, detail="connection reset"),)


def test_an_endpoint_that_answers_well_once_and_then_wrongly_fails():
    result = call(GOOD, Answer(status=500, body="", latency_ms=1))
    assert result.status == 500
    assert not result.passed


def test_plain_http_that_is_served_fails():
    result = call(GOOD, http=FakeHttp(answers={PLAIN: [GOOD]}))
    assert check(result, "plain HTTP") == SmokeCheck(
        name="plain HTTP", passed=False, detail="answered 200"
    )
    assert not result.passed


@pytest.mark.parametrize("status", [301, 403])
def test_plain_http_that_is_sent_away_passes(status):
    sent_away = Answer(status=status, body="", latency_ms=1)
    result = call(GOOD, http=FakeHttp(answers={PLAIN: [sent_away]}))
    assert check(result, "plain HTTP").passed is True


def test_plain_http_is_given_three_seconds_only():
    http = FakeHttp()
    result = call(GOOD, http=http)
    assert (PLAIN, 3.0) in http.asked
    assert check(result, "plain HTTP").detail == "refused: connection refused"


def test_behind_a_proxy_plain_http_cannot_be_told_and_that_is_no_failure():
    http = FakeHttp(proxied=True)
    result = call(GOOD, http=http)
    assert check(result, "plain HTTP") == SmokeCheck(
        name="plain HTTP", passed=None, detail="could not be told behind a proxy"
    )
    assert result.passed
    assert PLAIN not in [url for url, _ in http.asked]


def an_aws(concurrency: int) -> FakeAws:
    aws = FakeAws()
    aws.accounts[a_key()] = FakeAccount(concurrency=concurrency)
    return aws


@pytest.mark.parametrize(
    ("concurrency", "sent", "remark"),
    [
        (4, 3, ""),
        (3, 2, " (not 3: the account's Lambda concurrency is 3)"),
        (1, 1, " (not 3: the account's Lambda concurrency is 1)"),
    ],
)
def test_a_burst_stays_under_the_lambda_concurrency_of_the_account_or_says_so(
    concurrency, sent, remark
):
    http = FakeHttp()
    result = call(GOOD, http=http, aws=an_aws(concurrency))
    expected = f"{sent} of {sent} at once answered well, slowest 5 ms{remark}"
    assert check(result, "burst") == SmokeCheck(name="burst", passed=True, detail=expected)
    assert [url for url, _ in http.asked].count(URL) == 2 + sent


def test_a_burst_whose_limit_cannot_be_read_stays_under_that_of_a_new_account():
    class Closed(FakeAws):
        def account(self, account, region, role_name):
            raise ServiceError("throttled")

    wanted = Smoke(output="Endpoint", path="hello", burst=50)
    detail = check(call(GOOD, wanted=wanted, aws=Closed()), "burst").detail
    assert detail == (
        "9 of 9 at once answered well, slowest 5 ms "
        "(could not read the account's Lambda concurrency: throttled)"
    )


def test_credentials_that_stop_working_end_the_run():
    class Expired(FakeAws):
        def account(self, account, region, role_name):
            raise CredentialsError("expired")

    with pytest.raises(CredentialsError):
        call(GOOD, aws=Expired())


def test_the_limit_of_another_account_is_read_through_the_read_role():
    asked = []

    class Asking(FakeAws):
        def account(self, account, region, role_name):
            asked.append((account, region, role_name))
            return super().account(account, region, role_name)

    deployment = a_deployment(smoke=WANTED, read_role_name="reader")
    smoke(deployment, [outputs_of()], Asking(), FakeHttp(answers={URL: [GOOD]}), FakeClock())
    assert asked == [("111111111111", EAST, "reader")]


def test_a_burst_in_which_some_fail_says_how_many_and_with_what():
    lost = NoAnswerError("connection reset")
    broken = Answer(status=500, body="", latency_ms=1)
    result = call(GOOD, GOOD, lost, broken, GOOD)
    assert check(result, "burst") == SmokeCheck(
        name="burst",
        passed=False,
        detail="1 of 3 at once answered well, slowest 5 ms; "
        "the others: connection reset, status 500",
    )


def test_a_burst_in_which_all_fail_has_no_slowest():
    result = call(GOOD, GOOD, NoAnswerError("gone"))
    assert check(result, "burst").detail == "0 of 3 at once answered well; the others: gone"


@pytest.mark.parametrize(
    ("outputs", "detail"),
    [
        ({}, "the stack has no output Endpoint"),
        ({"Endpoint": "http://x/"}, "the output Endpoint is no https:// URL: http://x/"),
    ],
)
def test_an_instance_without_an_endpoint_fails_and_says_why(outputs, detail):
    one = InstanceOutputs(key=a_key(), outputs=outputs)
    [result] = smoke(a_deployment(smoke=WANTED), [one], FakeAws(), FakeHttp(), FakeClock())
    assert result.checks == (SmokeCheck(name="endpoint", passed=False, detail=detail),)
    assert result.url == ""
    assert not result.passed


def test_an_instance_that_could_not_be_read_fails_with_that_reason():
    last = {"Endpoint": "https://east.example/prod/"}
    one = InstanceOutputs(key=a_key(), outputs=last, problem="its stack is gone")
    http = FakeHttp()
    [result] = smoke(a_deployment(smoke=WANTED), [one], FakeAws(), http, FakeClock())
    assert [one.detail for one in result.checks] == ["its stack is gone"]
    assert (result.url, http.asked) == ("", [])
    assert not result.passed


SIGNING = Smoke(
    output="Endpoint", path="hello", body="Hello from {region}", burst=3, sign="execute-api"
)


@pytest.mark.parametrize("status", [401, 403])
def test_where_callers_have_to_sign_every_call_is_signed_but_one_that_has_to_be_refused(status):
    http = FakeHttp(closed=status)
    result = call(GOOD, wanted=SIGNING, http=http)
    signed = (URL, f"execute-api {URL}")
    assert http.signatures == [signed, signed, (URL, None), (PLAIN, None), *[signed] * 3]
    assert result.passed
    assert check(result, "unsigned refused") == SmokeCheck(
        name="unsigned refused",
        passed=True,
        detail=f"a call without a signature was answered {status}, expected 403",
    )


def test_an_endpoint_that_takes_unsigned_calls_beside_signed_ones_fails():
    result = call(GOOD, wanted=SIGNING)
    assert check(result, "unsigned refused") == SmokeCheck(
        name="unsigned refused",
        passed=False,
        detail="a call without a signature was answered 200, expected 403",
    )
    assert not result.passed


def test_an_unsigned_call_without_any_answer_tells_nothing():
    result = call(GOOD, GOOD, REFUSED, GOOD, wanted=SIGNING)
    assert check(result, "unsigned refused") == SmokeCheck(
        name="unsigned refused", passed=None, detail="could not be told: connection refused"
    )
    assert result.passed


@pytest.mark.parametrize(("callers", "signs"), [("iam", True), ("anyone", False), (None, False)])
def test_only_instances_with_the_parameters_of_sign_where_are_signed_for(callers, signs):
    wanted = Smoke(output="Endpoint", path="hello", sign="x", sign_where={"Callers": "iam"})
    parameters = {} if callers is None else {"Callers": callers}
    outputs = InstanceOutputs(
        key=a_key(), outputs={"Endpoint": "https://east.example/prod/"}, parameters=parameters
    )
    http = FakeHttp(answers={URL: [GOOD]})
    [result] = smoke(a_deployment(smoke=wanted), [outputs], FakeAws(), http, FakeClock())
    assert {signature is not None for url, signature in http.signatures[:2]} == {signs}
    assert ("unsigned refused" in [one.name for one in result.checks]) is signs


def test_an_endpoint_that_wants_signatures_and_gets_none_says_what_is_missing():
    result = call(GOOD, http=FakeHttp(closed=403))
    assert not result.passed
    assert check(result, "status").detail.endswith(
        '; it has no such path, or wants callers that sign: sign = "execute-api" in [smoke]'
    )


def test_a_signed_call_that_is_refused_is_not_told_to_sign():
    refused = Answer(status=403, body=UNSIGNED, latency_ms=1)
    result = call(refused, wanted=SIGNING)
    assert "sign =" not in check(result, "status").detail


def test_an_account_that_cannot_be_entered_signs_nothing_which_is_said_at_once():
    class Closed(FakeAws):
        def account(self, account, region, role_name):
            raise ServiceError("no such role")

    clock = FakeClock()
    result = call(GOOD, wanted=SIGNING, aws=Closed(), clock=clock)
    assert [one.detail for one in result.checks] == ["could not sign: no such role"]
    assert clock.slept == []


def test_credentials_that_end_before_a_call_is_signed_end_the_run():
    class Expired(FakeAws):
        def account(self, account, region, role_name):
            raise CredentialsError("expired")

    with pytest.raises(CredentialsError):
        call(GOOD, wanted=SIGNING, aws=Expired())
