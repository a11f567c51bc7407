"""How many calls commands make of AWS, against a control plane that pages as AWS does."""

from __future__ import annotations

import argparse
import contextlib
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from stacksets.aws.session import BotoAws
from stacksets.cli import main
from tests.bench.scale.simulated import Simulated
from tests.bench.scale.world import World
from tests.worlds import a_world

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

SIZE = 250
PAGES = 3
WHO = {"GetCallerIdentity": 1, "ListAccountAliases": 1}
LISTS = {"DescribeStackSet": 1, "ListStackInstances": PAGES, "ListStackSetOperations": 1}
ACCOUNTS = 11
ROLES = {"AssumeRole": ACCOUNTS, "GetRole": ACCOUNTS + 1}


@contextlib.contextmanager
def simulated(**settings) -> Iterator[Simulated]:
    values = {"latency": 0.0, "operation_seconds": 0.0, "failed_every": 0, "calls_per_second": 0.0}
    server = Simulated(World(SIZE), argparse.Namespace(**(values | settings)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def environ_of(server):
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }


@pytest.fixture
def call(monkeypatch, tmp_path):
    """Run a command and give its exit code and the calls that it made."""

    def call(server, command, *words, overrides=False):
        for name, value in environ_of(server).items():
            monkeypatch.setenv(name, value)
        path = server.world.write_deployment(tmp_path, overrides=overrides)
        world = a_world(open_aws=lambda profile, home: BotoAws(profile, home_region=home))
        exit_code = main([command, "-f", str(path), *words], world)
        return exit_code, server.take_calls(), world.stdout.getvalue()

    return call


def test_status_takes_the_pages_and_nothing_else(call):
    with simulated() as server:
        exit_code, calls, _ = call(server, "status")
    assert (exit_code, calls) == (0, WHO | LISTS)


def test_overrides_take_one_describe_an_instance(call):
    with simulated() as server:
        exit_code, calls, _ = call(server, "status", overrides=True)
    assert (exit_code, calls) == (0, WHO | LISTS | {"DescribeStackInstance": SIZE})


def test_plan_reads_the_role_of_each_account_once_and_asks_no_healthy_instance(call):
    with simulated() as server:
        exit_code, calls, words = call(server, "plan", "--no-lint")
    assert (exit_code, calls) == (0, WHO | LISTS | ROLES | {"GetTemplateSummary": 1})
    assert f"{SIZE} to update" in words


@pytest.mark.exhaustive
def test_two_plans_that_ask_at_once_are_the_same_bytes(call):
    with simulated() as server:
        first, second = (call(server, "plan", "--no-lint", overrides=True)[2] for _ in range(2))
    assert first == second


def test_deploy_lists_the_results_of_an_operation_once_when_it_has_ended(call):
    with simulated() as server:
        exit_code, calls, _ = call(server, "deploy", "--yes", "--no-lint")
    assert exit_code == 0
    assert calls["UpdateStackSet"] == 1
    assert calls["DescribeStackSetOperation"] == 1
    assert calls["ListStackSetOperationResults"] == PAGES
    assert calls["ListStackInstances"] == 2 * PAGES


def test_diagnose_looks_into_the_stacks_that_failed_and_no_other(call):
    with simulated(failed_every=100) as server:
        exit_code, calls, _ = call(server, "diagnose")
    looks = {"AssumeRole": 3, "DescribeStacks": 3, "DescribeEvents": 3}
    assert (exit_code, calls) == (5, WHO | LISTS | looks)


@pytest.mark.exhaustive
def test_throttled_calls_are_sent_again_until_all_are_answered(call):
    with simulated(calls_per_second=40.0) as server:
        exit_code, calls, _ = call(server, "status", overrides=True)
    assert (exit_code, calls["DescribeStackInstance"]) == (0, SIZE)
    assert calls["DescribeStackInstance (throttled)"] > 0


@pytest.mark.exhaustive
def test_ctrl_c_while_hundreds_of_calls_wait_ends_the_process_at_once(tmp_path):
    with simulated() as server:
        path = server.world.write_deployment(tmp_path, overrides=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "stacksets", "status", "-f", str(path)],
            env=environ_of(server),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        while not server.calls["DescribeStackInstance"]:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        server.settings.latency = 20.0
        time.sleep(0.5)
        before = time.monotonic()
        process.send_signal(signal.SIGINT)
        words, _ = process.communicate(timeout=15)
        took = time.monotonic() - before
        server.settings.latency = 0.0
    assert process.returncode == 130
    assert "interrupted; nothing was changed" in words
    assert took < 5
