"""One region alone carries the whole load, by what the template says and by what was measured."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from pathlib import Path

import pytest

from generator.capacity import needs
from generator.capacity.page import build_page
from generator.pages import build_pages
from generator.render import render
from stacksets import exposure
from tests.bench import handler_calls

ROOT = Path(__file__).parents[3]
# How much slower than the page says another machine, or another Python, may be.
SLOWER = 5


@pytest.fixture
def committed():
    """The template that is deployed, not the one that is rendered."""
    return json.loads((ROOT / "templates" / "service.json").read_text())


@pytest.fixture
def read(committed):
    return needs.read_service(committed)


def unmet(service):
    return [need.title for need in needs.list_needs(service) if not need.is_met]


def test_one_region_has_all_that_the_whole_load_needs(read):
    assert unmet(read) == []


def test_the_whole_load_is_let_in_with_what_is_sent_again_and_the_probes(read):
    # 150 a second, a quarter of them once more, and three checkers that ask every 16 s each.
    assert needs.rate_for(needs.WHOLE_LOAD) == 189
    assert read.rate >= 189
    assert unmet(dataclasses.replace(read, rate=188)) == [
        "requests a second that the stage lets in to a method"
    ]


def test_a_throttle_that_lets_in_more_than_the_concurrency_carries_is_refused(read):
    assert 2 * read.rate * read.timeout_s <= needs.CONCURRENCY
    opened = dataclasses.replace(read, rate=251, burst=100)
    assert unmet(dataclasses.replace(opened, rate=250)) == []
    assert unmet(opened) == ["concurrency, every request until the timeout, environments warm"]


def test_a_longer_timeout_is_refused_for_the_same_reason(read):
    slow = dataclasses.replace(read, timeout_s=read.timeout_s + 1)
    assert unmet(slow) == ["concurrency, every request until the timeout, environments warm"]


def test_a_burst_on_new_environments_must_not_exceed_the_concurrency(read):
    assert unmet(dataclasses.replace(read, burst=300)) == []
    assert unmet(dataclasses.replace(read, burst=301)) == [
        "concurrency, every environment new",
        "new environments in 10 s",
    ]


def test_a_function_with_too_little_of_a_processor_is_refused(read):
    assert unmet(dataclasses.replace(read, memory_mb=16)) == ["the handler's time, cold (ms)"]


def test_the_largest_throttle_is_one_that_api_gateway_can_let_in(read):
    larger = dataclasses.replace(read, largest_rate=read.largest_rate + 1)
    assert unmet(larger) == ["the same of one method, at the most that the parameter takes"]


def test_a_stage_above_the_accounts_throttle_is_refused(read):
    service = dataclasses.replace(read, rate=5_001, burst=2_501, timeout_s=0)
    assert {"API Gateway's requests a second", "API Gateway's requests at once"} <= set(
        unmet(service)
    )


def test_what_the_template_says_is_what_is_counted_with(committed, read):
    parameters = committed["Parameters"]
    parameters["ThrottlingRateLimit"] |= {
        "Default": "1000",
        "AllowedPattern": "^([1-9][0-9]{0,2}|[1-5][0-9]{3}|6000)$",
    }
    (function,) = (
        one["Properties"]
        for one in committed["Resources"].values()
        if one["Type"] == "AWS::Lambda::Function"
    )
    function |= {"Timeout": 7, "MemorySize": 512}
    assert needs.read_service(committed) == needs.Service(
        rate=1000, burst=1000, methods=2, largest_rate=6000, timeout_s=7, memory_mb=512
    )
    assert read == needs.Service(
        rate=200, burst=200, methods=2, largest_rate=5000, timeout_s=2, memory_mb=256
    )


def test_no_concurrency_is_reserved_or_provisioned_and_no_method_has_a_throttle_of_its_own(
    committed,
):
    text = json.dumps(committed)
    assert "ReservedConcurrentExecutions" not in text
    assert "ProvisionedConcurrency" not in text
    assert text.count('"ThrottlingRateLimit": {') == 2  # the parameter and the stage


def throttles_in(text):
    return [int(one) for one in re.findall(r'ThrottlingRateLimit *= *"(\d+)"', text)]


def test_no_environment_opens_the_throttle_past_what_its_region_carries(read):
    assert throttles_in('parameters = { ThrottlingRateLimit = "5000" }') == [5000]
    for rate in throttles_in((ROOT / "stacksets.toml").read_text()):
        assert unmet(dataclasses.replace(read, rate=rate, burst=rate)) == []


@pytest.mark.parametrize(
    ("rate", "milliseconds", "expected"), [(200, 20, 4), (1, 1, 1), (100, 55, 6), (0, 1000, 0)]
)
def test_what_is_at_work_is_what_arrives_in_the_time_that_each_takes(rate, milliseconds, expected):
    assert needs.at_work(rate, milliseconds) == expected


def test_what_new_accounts_have_does_not_carry_the_whole_load():
    page = (ROOT / "docs" / "capacity.md").read_text()
    found = re.search(r"That is (\d+) requests a second at most while all is warm", page)
    assert int(found[1]) == 100 < needs.WHOLE_LOAD


def test_what_a_plan_and_a_smoke_test_count_with_is_the_same():
    assert exposure.ACCOUNT_REQUESTS_PER_SECOND == needs.API_RATE
    smoke = tomllib.loads((ROOT / "stacksets.toml").read_text())["smoke"]
    assert smoke["burst"] < needs.CONCURRENCY_OF_NEW_ACCOUNTS


def test_ten_short_requests_a_second_take_one_of_the_quota():
    assert needs.warm_concurrency(200) == 20


@pytest.mark.parametrize(("memory_mb", "expected"), [(256, 70), (1769, 10), (10_240, 10)])
def test_more_memory_than_a_whole_processor_makes_nothing_faster(memory_mb, expected):
    assert needs.scale(10, memory_mb) == expected


def test_the_handler_takes_what_the_page_says_and_fits_what_is_planned(read):
    measured = handler_calls.figures(cold_runs=3, warm_calls=3_000)
    assert measured["warm_p50_ms"] <= needs.MEASURED.warm_p50 * SLOWER
    assert measured["cold_ms"] <= needs.MEASURED.cold * SLOWER
    assert needs.scale(measured["warm_p99_ms"], read.memory_mb) <= needs.WARM_MS
    assert needs.scale(measured["cold_ms"], read.memory_mb) <= needs.COLD_MS


def test_the_committed_page_is_fresh():
    rendered = json.loads(render()["service.json"])
    assert (ROOT / "docs" / "capacity.md").read_bytes() == build_pages(rendered)["capacity.md"]


def test_the_page_is_of_the_template_that_is_rendered(read):
    rendered = json.loads(render()["service.json"])
    assert needs.read_service(rendered) == read


def test_the_page_says_each_load_with_its_throttle_and_quotas(read):
    page = build_page(dataclasses.replace(read, timeout_s=3))
    rows = re.findall(
        r"^\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", page, re.MULTILINE
    )
    assert rows[0] == ("10", "14", "3", "56", "84")
    assert [row[0] for row in rows] == ["10", "150", "500", "1,000", "3,000"]


def test_defaults_that_a_region_cannot_carry_are_refused_with_all_that_it_lacks(read):
    service = dataclasses.replace(read, rate=250, burst=5_001, timeout_s=3)
    with pytest.raises(needs.UnmetNeedsError) as refused:
        needs.require_enough(service)
    assert str(refused.value) == (
        "one region would not carry it all\n"
        "concurrency, every environment new: 10,502 are needed "
        "(10002 at once + 500 / s x 1,000 ms), there are 1,000\n"
        "concurrency, every request until the timeout, environments warm: 1,500 are needed "
        "(500 / s x 3 s), there are 1,000\n"
        "new environments in 10 s: 10,502 are needed (the same as new ones), there are 1,000\n"
        "API Gateway's requests at once: 10,002 are needed (all methods'), there are 5,000\n"
        "→ lower the load, the throttle or the timeout, or name a larger quota"
    )


def test_defaults_that_a_region_carries_are_taken(read):
    needs.require_enough(read)
