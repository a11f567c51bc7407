"""Processes that start at once, calls that break, and the deployments that both are tried on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import ACCOUNT, EAST
from tests.integration.commands import Folder, copy_project
from tests.integration.deployer import everything_in, make_roles
from tests.integration.faults.breaking import (
    FAULTS,
    LessHastyClock,
    give_up_soon,
    leave_pauses_out,
)
from tests.integration.faults.burst import SLOW, Burst, Fault, running_burst
from tests.integration.faults.prefork import Ended, Prefork, Running, preforked
from tests.integration.faults.small import write_small
from tests.local_aws import LocalAws
from tests.unmeasured import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.fixture(scope="session")
def prefork() -> Iterator[Prefork]:
    """One a test process; what is killed cannot be measured for coverage."""
    with preforked(unmeasured()) as server:
        yield server


@dataclass(frozen=True)
class Small:
    """Somebody who types commands about the small deployment."""

    local: LocalAws
    prefork: Prefork
    folder: Path
    environ: Mapping[str, str]

    def start(self, *command: str) -> Running:
        return self.prefork.start(*command, folder=self.folder, environ=self.environ)

    def run(self, *command: str) -> Ended:
        return self.start(*command).wait()


@pytest.fixture
def small(local_aws: LocalAws, prefork: Prefork, tmp_path: Path) -> Small:
    make_roles(local_aws)
    environ = unmeasured(local_aws.environ(ACCOUNT))
    return Small(local_aws, prefork, write_small(tmp_path), environ)


@pytest.fixture(scope="session")
def burst(running_aws: LocalAws) -> Iterator[Burst]:
    """One a test process; what it and the embedded AWS import with a first call is there before."""
    running_aws.client("sts").get_caller_identity()
    everything_in(running_aws, ACCOUNT, EAST)
    with running_burst(running_aws.started.endpoint_url) as one:
        started = replace(running_aws.started, endpoint_url=one.url)
        LocalAws(started=started, http=running_aws.http).client("sts").get_caller_identity()
        yield one


@pytest.fixture
def broken(local_aws: LocalAws, burst: Burst, monkeypatch: pytest.MonkeyPatch) -> Burst:
    """The way to AWS of this process; nothing breaks yet."""
    burst.mend()
    for name, value in {**local_aws.environ(ACCOUNT), "AWS_ENDPOINT_URL": burst.url}.items():
        monkeypatch.setenv(name, value)
    leave_pauses_out(monkeypatch)
    monkeypatch.setattr("tests.integration.commands.HastyClock", LessHastyClock)
    return burst


@pytest.fixture(params=FAULTS)
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Fault:
    """Each of the faults."""
    if FAULTS[request.param] is SLOW:
        give_up_soon(monkeypatch)
    return FAULTS[request.param]


@pytest.fixture
def folder(broken: Burst, local_aws: LocalAws, tmp_path: Path) -> Folder:
    """The small deployment, in an account that has the roles for it."""
    make_roles(local_aws)
    return Folder(write_small(tmp_path))


@pytest.fixture
def service(broken: Burst, tmp_path: Path) -> Folder:
    """The project's own deployment, in an account that has seen nothing."""
    return copy_project(tmp_path)
