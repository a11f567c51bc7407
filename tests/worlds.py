"""A world for the command line: streams, clock, variables and AWS in memory."""

from __future__ import annotations

import io
import json

from stacksets.cli import main
from stacksets.cli.session import World
from stacksets.report.record import Revision
from stacksets.smoke import Answer, NoAnswerError
from tests.builders import ACCOUNT
from tests.fakes import FakeAws, FakeClock

FILE = f"""
[stack_set]
name = "greeting-{{environment}}"
template = "template.json"
admin_account = "{ACCOUNT}"
home_region = "us-west-2"
administration_role_arn = "arn:aws:iam::{{admin_account}}:role/administration"
execution_role_name = "execution"

[[targets]]
accounts = ["self"]
regions = ["us-west-1", "us-east-1"]

[environments.dev]
[environments.prod]
[environments."pr-*"]
"""
TEMPLATE = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "A topic",
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"Url": {"Value": {"Ref": "Topic"}}},
}


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


class FakeHttp:
    """Endpoints that all answer the same, and no plain HTTP."""

    body = "hello"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def has_proxy(self, url):
        return False

    def get(self, url, *, timeout_seconds, headers=None):
        if url.startswith("http://"):
            raise NoAnswerError("connection refused")
        return Answer(status=200, body=self.body, latency_ms=5.0)


def a_world(*, typed=None, aws=None, environ=None, **changes) -> World:
    """A world without a terminal; with `typed`, one where somebody types that."""
    stream = io.StringIO if typed is None else Terminal
    there = aws or FakeAws()
    values = {
        "stdin": stream(f"{typed}\n" if typed else ""),
        "stdout": stream(),
        "stderr": stream(),
        "environ": {"NO_COLOR": "1", "TERM": "dumb"} if environ is None else environ,
        "clock": FakeClock(),
        "open_aws": lambda profile, home_region: there,
        "open_http": FakeHttp,
        "read_revision": lambda folder: Revision(commit="c0ffee", clean=True),
    }
    return World(**(values | changes))


def lay_out(folder, *, text=FILE, template=TEMPLATE):
    """Write a deployment file and its template into a folder; gives the file."""
    (folder / "template.json").write_text(json.dumps(template))
    file = folder / "stacksets.toml"
    file.write_text(text)
    return file


def type_command(command, *flags, files, world):
    """Type a command for some deployment files; gives its exit code, stdout and stderr."""
    named = [word for file in files for word in ("-f", str(file))]
    code = main([command, *named, *flags], world)
    return code, world.stdout.getvalue(), world.stderr.getvalue()
