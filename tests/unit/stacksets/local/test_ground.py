"""The ground that tests stand on: no network but loopback, nothing of this machine's AWS."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from stacksets.local.availability import NEEDED


def test_no_test_reaches_beyond_this_machine() -> None:
    # pytest-socket warns before it refuses, and a warning is an error here.
    with socket.socket() as connection, pytest.raises(UserWarning, match="tried to use socket"):
        connection.connect(("192.0.2.1", 443))


def test_no_test_sees_credentials_profiles_or_proxies_of_this_machine() -> None:
    told = {name for name in os.environ if name.startswith("AWS_") or "proxy" in name.lower()}

    assert told <= {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    }


def test_the_commands_are_imported_without_what_only_the_embedded_aws_needs() -> None:
    code = f"""
import sys
import stacksets.local.run, stacksets.local.serve
assert not set(sys.modules) & set({NEEDED!r}), set(sys.modules) & set({NEEDED!r})
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
