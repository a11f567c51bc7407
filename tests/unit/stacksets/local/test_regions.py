"""What Account Management says of regions, and where nothing answers."""

from __future__ import annotations

import json

import pytest

from stacksets.local.control_plane.clients import USER_AGENT
from stacksets.local.journal import ApiCall
from stacksets.local.regions import Regions
from stacksets.opt_in import has_to_be_enabled

MINE, THEIRS = "111111111111", "222222222222"
MILAN = "eu-south-1"


def ask(regions, path, account=MINE, **params):
    """Ask for something that is granted."""
    status, body, _ = regions.answer(account, path, json.dumps(params).encode())
    assert status == 200
    return json.loads(body)


def status_of(regions, region, account=MINE):
    return ask(regions, "/getRegionOptStatus", account, RegionName=region)["RegionOptStatus"]


def a_call(service, region, user_agent="Boto3"):
    return ApiCall(
        service=service, action="x", access_key=MINE, region=region, form={}, user_agent=user_agent
    )


def test_an_account_begins_with_the_regions_that_everybody_has():
    rows = ask(Regions(), "/listRegions")["Regions"]

    assert len(rows) == 34
    for row in rows:
        opted = has_to_be_enabled(row["RegionName"], "aws")
        assert row["RegionOptStatus"] == ("DISABLED" if opted else "ENABLED_BY_DEFAULT")


def test_regions_are_listed_by_status_and_page_by_page():
    regions = Regions()
    ask(regions, "/enableRegion", RegionName=MILAN)

    assert ask(regions, "/listRegions", RegionOptStatusContains=["ENABLED"]) == {
        "Regions": [{"RegionName": MILAN, "RegionOptStatus": "ENABLED"}]
    }
    first = ask(regions, "/listRegions", MaxResults=20)
    second = ask(regions, "/listRegions", MaxResults=20, NextToken=first["NextToken"])
    names = [row["RegionName"] for page in (first, second) for row in page["Regions"]]
    assert (len(set(names)), "NextToken" in second) == (34, False)


def test_a_region_is_enabled_and_disabled_for_one_account():
    regions = Regions()

    ask(regions, "/enableRegion", RegionName=MILAN)
    assert (status_of(regions, MILAN), status_of(regions, MILAN, THEIRS)) == ("ENABLED", "DISABLED")

    ask(regions, "/disableRegion", RegionName=MILAN)
    assert status_of(regions, MILAN) == "DISABLED"


def test_a_reset_forgets_what_was_enabled():
    regions = Regions()
    ask(regions, "/enableRegion", RegionName=MILAN)

    regions.reset()

    assert not regions.is_enabled(MINE, MILAN)


@pytest.mark.parametrize("path", ["/enableRegion", "/disableRegion", "/getRegionOptStatus"])
@pytest.mark.parametrize("params", [{"RegionName": "mars"}, {}])
def test_a_region_that_there_is_not_is_refused(path, params):
    status, body, headers = Regions().answer(MINE, path, json.dumps(params).encode())

    assert (status, headers) == (400, {"x-amzn-ErrorType": "ValidationException"})
    assert "is not valid" in json.loads(body)["message"]


@pytest.mark.parametrize("path", ["/enableRegion", "/disableRegion"])
def test_a_region_that_everybody_has_is_neither_enabled_nor_disabled(path):
    status, _, _ = Regions().answer(MINE, path, b'{"RegionName": "us-east-1"}')

    assert status == 400


def test_what_is_not_about_regions_is_left_to_others():
    assert not Regions().answers("/getContactInformation")


@pytest.mark.parametrize(
    ("call", "refused"),
    [
        (a_call("cloudformation", MILAN), True),
        (a_call("sts", MILAN), True),
        (a_call("cloudformation", "us-east-1"), False),
        (a_call("cloudformation", ""), False),
        (a_call("account", MILAN), False),
        (a_call("iam", MILAN), False),
        (a_call("cloudformation", MILAN, f"Boto3 {USER_AGENT}"), False),
    ],
)
def test_nothing_answers_to_clients_in_a_region_that_is_not_enabled(call, refused):
    regions = Regions()

    assert regions.refuses(call, MINE) is refused
    ask(regions, "/enableRegion", RegionName=MILAN)
    assert not regions.refuses(call, MINE)
