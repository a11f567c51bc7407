"""The roles that StackSets needs, and an account that has them."""

from __future__ import annotations

from tests.builders import ACCOUNT, EAST, HOME, WEST, a_key
from tests.fakes import FakeAccount, FakeAws

SERVICE = {"Service": "cloudformation.amazonaws.com"}
ADMINISTRATION = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/administration"}


def trust(principal, *, action="sts:AssumeRole", effect="Allow", condition=None):
    statement = {"Effect": effect, "Principal": principal, "Action": action}
    if condition is not None:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def ready_roles():
    return {"administration": trust(SERVICE), "execution": trust(ADMINISTRATION)}


def ready_aws():
    """An account that is ready for a deploy of two regions."""
    there = FakeAws()
    for region in (HOME, EAST, WEST):
        there.accounts[a_key(region=region)] = FakeAccount(roles=ready_roles())
    return there
