"""A control plane that is only simulated: it answers as AWS does, and carries nothing out.

Pages of 100 with a NextToken, a latency for every call, `Throttling` above a rate. It knows the
calls that plan, status, deploy and diagnose make, for one stack set with any number of instances;
an operation takes the time that it is given and then has gone well.

`python -m tests.bench.scale.simulated SIZE --port-file FILE` runs it; GET /calls gives and forgets
how often each action was called, GET /reset begins anew.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.protocol.responses import encode_error, encode_response
from stacksets.local.control_plane.region_names import OPT_IN_REGIONS
from tests.bench.scale.stack_set import StackSetState
from tests.bench.scale.world import ADMIN, ADMINISTRATION_ROLE, World


class Simulated(ThreadingHTTPServer):
    """One account's StackSets and as much of the others as is asked for."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, world: World, settings: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.world = world
        self.settings = settings
        self.calls: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.allowed_at = 0.0
        self.reset()

    def reset(self) -> dict[str, Any]:
        """Put back what a deploy has changed."""
        self.state = StackSetState(
            self.world,
            operation_seconds=self.settings.operation_seconds,
            failed_every=self.settings.failed_every,
        )
        return {}

    def take_calls(self) -> dict[str, Any]:
        """Give how often each action was called since the last time."""
        with self.lock:
            counted, self.calls = self.calls, Counter()
        return dict(counted)

    def lambda_settings(self) -> dict[str, Any]:
        """Answer GetAccountSettings."""
        with self.lock:
            self.calls["GetAccountSettings"] += 1
        time.sleep(self.settings.latency)
        return {"AccountLimit": {"ConcurrentExecutions": 1000}}

    def answer(self, form: dict[str, str]) -> tuple[int, bytes]:
        """Answer one call of the query protocol."""
        action = form["Action"]
        with self.lock:
            throttled = self._is_throttled()
            self.calls[f"{action} (throttled)" if throttled else action] += 1
        time.sleep(self.settings.latency)
        if action in _OTHERS and not throttled:
            return 200, _OTHERS[action](form)
        if throttled:
            return encode_error(ApiError("Throttling", "Rate exceeded"))
        try:
            return encode_response(action, self.state.answer(action, form))
        except ApiError as error:
            return encode_error(error)

    def _is_throttled(self) -> bool:
        """Let so many calls a second pass, evenly, with a second's worth saved up at most."""
        rate = self.settings.calls_per_second
        if not rate:
            return False
        now = time.monotonic()
        self.allowed_at = max(self.allowed_at, now - 1)
        if self.allowed_at > now:
            return True
        self.allowed_at += 1 / rate
        return False


class _Handler(BaseHTTPRequestHandler):
    server: Simulated
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Give the calls since the last time, begin anew, or give Lambda's settings."""
        answers = {"/calls": self.server.take_calls, "/reset": self.server.reset}
        answer = answers.get(self.path, self.server.lambda_settings)()
        self._send(200, json.dumps(answer).encode(), "application/json")

    def do_POST(self) -> None:
        """Answer a call of the query protocol."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        self._send(*self.server.answer(form), "text/xml")

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _reply(action: str, result: str) -> bytes:
    return (
        f"<{action}Response><{action}Result>{result}</{action}Result>"
        f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
    ).encode()


def _get_caller_identity(_: dict[str, str]) -> bytes:
    arn = f"arn:aws:iam::{ADMIN}:user/bench"
    who = f"<Arn>{arn}</Arn><UserId>AIDA</UserId><Account>{ADMIN}</Account>"
    return _reply("GetCallerIdentity", who)


def _assume_role(form: dict[str, str]) -> bytes:
    account = form["RoleArn"].split(":")[4]
    keys = f"<AccessKeyId>ASIA{account}0000</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    until = "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    return _reply("AssumeRole", f"<Credentials>{keys}{until}</Credentials>")


def _get_role(form: dict[str, str]) -> bytes:
    # CloudFormation comes under a name of its own where a region has to be opted into.
    regional = [f"cloudformation.{region}.amazonaws.com" for region in sorted(OPT_IN_REGIONS)]
    services = ["cloudformation.amazonaws.com", *regional]
    principal = {"AWS": ADMINISTRATION_ROLE, "Service": services}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = quote(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    name = form["RoleName"]
    role = (
        f"<Path>/</Path><RoleName>{name}</RoleName><RoleId>AROA</RoleId>"
        f"<Arn>arn:aws:iam::{ADMIN}:role/{name}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>"
        f"<AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument>"
    )
    return _reply("GetRole", f"<Role>{role}</Role>")


def _list_account_aliases(_: dict[str, str]) -> bytes:
    names = "<IsTruncated>false</IsTruncated><AccountAliases><member>bench</member>"
    return _reply("ListAccountAliases", f"{names}</AccountAliases>")


_OTHERS = {
    "AssumeRole": _assume_role,
    "GetCallerIdentity": _get_caller_identity,
    "GetRole": _get_role,
    "ListAccountAliases": _list_account_aliases,
}


def main() -> None:
    """Run until killed; the port stands in the file once the server listens."""
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=int)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--latency", type=float, default=0.02)
    parser.add_argument("--operation-seconds", type=float, default=20.0)
    parser.add_argument("--failed-every", type=int, default=0)
    parser.add_argument("--calls-per-second", type=float, default=0.0)
    settings = parser.parse_args()
    server = Simulated(World(settings.size), settings)
    settings.port_file.write_text(str(server.server_port))
    server.serve_forever()


if __name__ == "__main__":
    main()
