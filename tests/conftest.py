"""What holds for every test: no network but loopback, none of this machine's AWS settings."""

from __future__ import annotations

import functools
import gc
import os
import signal
from typing import TYPE_CHECKING, ClassVar

import botocore.hooks
import botocore.session
import pytest
from botocore.compat import accepts_kwargs
from botocore.hooks import EventAliaser
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from stacksets.cli import saved, session
from stacksets.local.embedded import without_aws
from tests.account.choice import chosen_profile
from tests.local_aws import LocalAws, running_local_aws
from tests.said_in_json import HeldJsonReport, HeldTextReport, hold_plan_to_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

pytest.register_assert_rewrite("tests.service_checks")

MACHINE = pytest.StashKey["Mapping[str, str]"]()

# A shared machine may be slow at any moment; that is no defect of what is tested. The quick
# examples are the same ones each time, so that a commit passes or fails as it did before; the
# thorough ones look for new ones.
settings.register_profile("quick", deadline=None, max_examples=25, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=300)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Read by tests/golden; pytest takes options only from the first conftest it meets."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/expected")


def pytest_configure(config: pytest.Config) -> None:
    """Take the machine's AWS settings and proxies away before anything reads them.

    They are kept for tests/account, which gives them back to its own tests alone.
    """
    config.stash[MACHINE] = dict(os.environ)
    _heed_signals()
    is_quick = "not exhaustive" in config.getoption("markexpr")
    settings.load_profile("quick" if is_quick else "thorough")
    kept = without_aws(os.environ)
    for name in os.environ.keys() - kept.keys():
        del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


def _heed_signals() -> None:
    """Undo what a background job or nohup inherits: ignored signals, here and in every child."""
    for number, handler in (
        (signal.SIGHUP, signal.SIG_DFL),
        (signal.SIGINT, signal.default_int_handler),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_collection_finish() -> None:
    """Let Python look no more for garbage in thousands of tests that last as long as it does."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse every connection that leaves the machine, but to tests of an account that is named."""
    machine = item.config.stash[MACHINE]
    for word in ("account", "conformance"):
        if item.get_closest_marker(word) and chosen_profile(item.config, machine, word):
            return
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def machine(pytestconfig: pytest.Config) -> Mapping[str, str]:
    """The environment variables as they were before any was taken away."""
    return pytestconfig.stash[MACHINE]


class SharedAliaser(EventAliaser):
    """botocore's other names of events: constants, which each client would look up anew."""

    names: ClassVar[dict[str, str]] = {}

    def __init__(self, *given):
        super().__init__(*given)
        self._alias_name_cache = self.names


@functools.cache
def _takes_keywords(function: Callable[..., object]) -> bool:
    return accepts_kwargs(function)


@pytest.fixture(scope="session", autouse=True)
def service_models() -> Iterator[None]:
    """Let all boto3 sessions share what they read: 20 to 100 ms of JSON a session and service.

    So too what they find out of their own functions for each client: 5 ms.
    """
    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(botocore.session.create_loader)
        patch.setattr(botocore.session, "create_loader", once)
        patch.setattr(botocore.session, "EventAliaser", SharedAliaser)
        patch.setattr(
            botocore.hooks,
            "accepts_kwargs",
            lambda function: _takes_keywords(getattr(function, "__func__", function)),
        )
        yield


@pytest.fixture(scope="session", autouse=True)
def held_to_schema() -> Iterator[None]:
    """Hold all that any test makes the command line say and save to the schemas that it ships."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "JsonReport", HeldJsonReport)
        patch.setattr(session, "TextReport", HeldTextReport)
        write = saved.write_saved_plan
        patch.setattr(saved, "write_saved_plan", lambda plan: hold_plan_to_schema(write(plan)))
        yield


@pytest.fixture(scope="session")
def running_aws() -> Iterator[LocalAws]:
    """The embedded AWS of this test process."""
    with running_local_aws() as aws:
        yield aws


@pytest.fixture
def local_aws(running_aws: LocalAws) -> LocalAws:
    """The embedded AWS, empty."""
    running_aws.reset()
    return running_aws
