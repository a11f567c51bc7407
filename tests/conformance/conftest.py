"""Where the conformance tests run: on the embedded AWS, or in the account of ACCOUNT_PROFILE.

A real account is used only where -m speaks of them and a profile is named; what needs a knob, a
fault or other accounts is left out there.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.account.choice import chosen_profile
from tests.account.open_account import machine_variables, open_account
from tests.conformance.real_account import clean, made_roles
from tests.conformance.stack_sets import Cloud, embedded_cloud
from tests.conftest import MACHINE
from tests.unmeasured import others_measured_alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.account.open_account import OpenAccount

WORD = "conformance"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only the embedded AWS can show, where another account is named."""
    if not chosen_profile(config, config.stash[MACHINE], WORD):
        return
    out = [item for item in items if all(map(item.get_closest_marker, (WORD, "emulator_only")))]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="module", autouse=True)
def client_unmeasured() -> Iterator[None]:
    """What calls is boto3 alone; ours is what answers."""
    with others_measured_alone():
        yield


@pytest.fixture(scope="session")
def account(
    pytestconfig: pytest.Config, machine: Mapping[str, str]
) -> Iterator[OpenAccount | None]:
    """The account of the profile, None where the embedded AWS of this process is meant."""
    profile = chosen_profile(pytestconfig, machine, WORD)
    if profile is None:
        yield None
        return
    with machine_variables(machine), open_account(profile) as opened:
        yield opened


@pytest.fixture(scope="session")
def roles(account: OpenAccount | None) -> Iterator[Mapping[str, str]]:
    """Roles of this run's own in a real account, as they are sent with a stack set."""
    if account is None:
        yield {}
        return
    with made_roles(account, f"{WORD}-{secrets.token_hex(4)}") as made:
        yield made


@pytest.fixture
def cloud(
    request: pytest.FixtureRequest, account: OpenAccount | None, roles: Mapping[str, str]
) -> Iterator[Cloud]:
    """The embedded AWS, empty; or a real account, where what a test has made is removed again."""
    if account is None:
        yield embedded_cloud(request.getfixturevalue("local_aws"))
        return
    cloud = Cloud(
        make_client=lambda service, _, region: account.client(service, region=region),
        admin=account.id,
        accounts=(account.id,),
        site=f"{WORD}-{secrets.token_hex(4)}",
        roles=roles,
        patience_seconds=1800,
        pause_seconds=2 if account.profile else 0.01,
    )
    try:
        yield cloud
    finally:
        clean(cloud)
