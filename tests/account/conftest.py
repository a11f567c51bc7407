"""Tests of a real account: only where -m asks for them, and only with a profile that is named."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

import pytest

from tests.account.choice import HOW, chosen_profile, is_asked_for
from tests.account.cleaning import clean
from tests.account.deployed import Service, describe, write_deployment
from tests.account.open_account import machine_variables, open_account
from tests.conftest import MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.account.open_account import OpenAccount

FRESH_SECONDS = 90
"""How long a new API may answer 403 or 500 here and there before that is a fault."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them out where -m is silent about them, refuse to run them without a profile.

    It comes last, so that what -m excludes has gone already.
    """
    ours = [item for item in items if item.get_closest_marker("account")]
    if ours and not is_asked_for(config):
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]
    elif ours and not (
        chosen_profile(config, config.stash[MACHINE])
        or config.getoption("collectonly")
        or _is_worker(config)
    ):
        raise pytest.UsageError(HOW)


def _is_worker(config: pytest.Config) -> bool:
    """Tell whether this is one of several processes; where a worker exits, xdist starts another."""
    return hasattr(config, "workerinput")


@pytest.fixture(scope="module")
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say something on the terminal although pytest captures output."""
    manager = request.config.pluginmanager
    capturing, reporter = manager.getplugin("capturemanager"), manager.getplugin("terminalreporter")

    def say(text: str) -> None:
        with capturing.global_and_fixture_disabled():
            reporter.write_line(f"\n{text}")

    return say


@pytest.fixture(scope="module")
def account(pytestconfig: pytest.Config, machine: Mapping[str, str]) -> Iterator[OpenAccount]:
    """The account of the profile, reached by the settings of this machine."""
    if _is_worker(pytestconfig):
        pytest.fail("these tests share one deployment: leave -n out", pytrace=False)
    profile = chosen_profile(pytestconfig, machine)
    assert profile
    with machine_variables(machine), open_account(profile) as opened:
        yield opened


@pytest.fixture(scope="module")
def place(
    account: OpenAccount,
    tmp_path_factory: pytest.TempPathFactory,
    tell: Callable[[str], None],
) -> Iterator[Service]:
    """An environment of this run's own; whatever comes to be in it is removed at the end."""
    folder = tmp_path_factory.mktemp("account")
    write_deployment(folder, account.id)
    place = Service(account=account, environment=f"test-{secrets.token_hex(4)}", folder=folder)
    tell(describe(place))
    try:
        yield place
    finally:
        kept = clean(place)
        told = "".join(f"\n  kept: {one}" for one in kept)
        tell(f"Environment {place.environment} is removed from account {account.id}.{told}")


@pytest.fixture(scope="module")
def service(place: Service) -> Service:
    """The service, brought up by the commands in the order of the README."""
    for command, flags, exit_code in (
        ("bootstrap", ["--yes"], 0),
        ("plan", ["--expect-no-changes"], 8),
        ("deploy", ["--yes"], 0),
    ):
        ran = place.run(command, *flags)
        if ran.exit_code != exit_code:
            pytest.fail(f"expected exit code {exit_code}:\n{ran}", pytrace=False)
    return place


@pytest.fixture(scope="module")
def outputs(service: Service) -> dict[str, dict[str, str]]:
    """The outputs by region, once every endpoint has settled."""
    found = service.outputs()
    deadline = time.monotonic() + FRESH_SECONDS
    for one in found.values():
        for path in ("myresource", "health"):
            while not _has_settled(service, one["ApiEndpoint"] + path):
                assert time.monotonic() < deadline, f"{one['ApiEndpoint']}{path} does not answer"
                time.sleep(2)
    return found


def _has_settled(service: Service, url: str) -> bool:
    """Tell whether several answers in a row are good."""
    return all(service.account.ask(url).status == 200 for _ in range(5))
