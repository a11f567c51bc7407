"""The process of the embedded local AWS: `python -m stacksets.local.server DIRECTORY`.

It prints one line of JSON when it is ready (see `Started`), and ends on SIGTERM or when its
standard input closes, so that it never outlives whoever started it. ministack reads its environment
at import and keeps its state in its modules: there is one embedded AWS a process.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hypercorn.asyncio import serve

from stacksets.local.adaptations import adapt
from stacksets.local.certificates import Certificates
from stacksets.local.control_plane import ControlPlane
from stacksets.local.data_plane import DataPlane
from stacksets.local.forward_proxy import start_proxy
from stacksets.local.front import Front
from stacksets.local.functions.fleet import Fleet
from stacksets.local.listening import TwoPorts
from stacksets.local.organizations.directory import Directory
from stacksets.local.organizations.relay import Relay
from stacksets.local.organizations.service import Organizations
from stacksets.local.peers import Peers
from stacksets.local.regions import Regions
from stacksets.local.sampling_rules import SamplingRules
from stacksets.local.started import Started

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOOPBACK = "127.0.0.1"
_GOODBYE_SECONDS = 1.0
_BACKLOG = 1024


def emulator_variables(directory: Path, endpoint_url: str) -> dict[str, str]:
    """Give the variables that keep ministack on loopback, without other listeners or containers.

    Its files go below `directory`. Lambda's concurrency is bounded by our own execution
    environments, not by what this machine's memory suggests.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "BIND_HOST": LOOPBACK,
        "DOCKER_HOST": f"unix://{directory}/no-docker",
        "GATEWAY_PORT": endpoint_url.rpartition(":")[2],
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_ACCOUNT_CONCURRENCY": "0",
        "LOG_LEVEL": "CRITICAL",
        "MINISTACK_HOST": "localhost",
        "PERSIST_STATE": "0",
        "S3_DATA_DIR": str(directory / "s3"),
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(directory / "state"),
        "TMPDIR": str(directory),
    }


def main(arguments: Sequence[str]) -> None:
    """Serve until SIGTERM or the end of standard input; the directory goes with it."""
    directory = Path(arguments[0])
    plain, secure = _listen(), _listen()
    endpoint_url = f"http://{LOOPBACK}:{plain.getsockname()[1]}"
    os.environ.update(emulator_variables(directory, endpoint_url))
    try:
        asyncio.run(_serve(directory, endpoint_url, plain=plain, secure=secure))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.bind((LOOPBACK, 0))
    # From here on connections wait until they are served: "ready" may be said before.
    listener.listen(_BACKLOG)
    return listener


async def _serve(
    directory: Path, endpoint_url: str, *, plain: socket.socket, secure: socket.socket
) -> None:
    fleet, certificates = Fleet(), Certificates()
    tls_port = secure.getsockname()[1]
    peers = Peers()
    proxy = await start_proxy(port_of_tls=tls_port, peers=peers)
    started = Started(
        endpoint_url=endpoint_url,
        proxy_url=f"http://{LOOPBACK}:{proxy.sockets[0].getsockname()[1]}",
        authority_file=_write_files(directory, certificates),
        tls_port=tls_port,
        python_version=".".join(map(str, sys.version_info[:2])),
    )
    parts = _make_parts(started, fleet, peers)
    parts.data_plane.checkers.start()
    wait_for_stop = _stop_event().wait

    async def stopped() -> None:
        await wait_for_stop()
        proxy.close()
        parts.data_plane.checkers.close()
        # What waits for an operation or a handler is answered now, or it would hold the server.
        await asyncio.to_thread(parts.control_plane.close)
        await asyncio.to_thread(fleet.close)
        # A client that keeps a TLS connection open never says goodbye: hypercorn would wait 30 s.
        asyncio.get_running_loop().call_later(_GOODBYE_SECONDS, serving.cancel)

    configuration = TwoPorts(certificates.server_context(), plain=plain, secure=secure)
    print(json.dumps(asdict(started)), flush=True)  # noqa: T201 - the line that says ready
    serving = asyncio.ensure_future(
        serve(parts.front.as_asgi(), configuration, shutdown_trigger=stopped, mode="asgi")
    )
    # Cancelled, hypercorn asks its own tasks for an outcome that they have not yet.
    with suppress(asyncio.CancelledError, asyncio.InvalidStateError):
        await serving


class _Parts(NamedTuple):
    front: Front
    control_plane: ControlPlane
    data_plane: DataPlane


def _make_parts(started: Started, fleet: Fleet, peers: Peers) -> _Parts:
    sampling_rules = SamplingRules()
    adapted = adapt(fleet, sampling_rules)
    data_plane = DataPlane(adapted.zones, peers=peers, port_of_tls=started.tls_port)
    directory, regions = Directory(adapted.find_organization), Regions()
    control_plane = ControlPlane(
        endpoint_url=started.endpoint_url,
        trust_allows=adapted.trust_allows,
        policies_allow=adapted.policies_allow,
        directory=directory,
        is_enabled=regions.is_enabled,
    )
    organizations = Relay(
        adapted.emulator.application,
        Organizations(directory, adapted.keeper),
        check_request=control_plane.check_request,
        follow=control_plane.follow,
    )
    front = Front(
        emulator=adapted.emulator,
        organizations=organizations,
        control_plane=control_plane,
        regions=regions,
        data_plane=data_plane,
        sampling_rules=sampling_rules,
        information=lambda: {
            **asdict(started),
            "runtimes": sorted(fleet.runtimes),
            "kept_only": adapted.kept_only(),
        },
    )
    return _Parts(front, control_plane, data_plane)


def _write_files(directory: Path, certificates: Certificates) -> str:
    (directory / "empty-aws-config").touch()
    authority = directory / "authority.pem"
    authority.write_bytes(certificates.authority_pem)
    return str(authority)


def _stop_event() -> asyncio.Event:
    """Give the event that SIGTERM or the end of standard input sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(sys.stdin.fileno(), _reader(loop, stop.set))
    return stop


def _reader(loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> Callable[[], None]:
    descriptor = sys.stdin.fileno()

    def read() -> None:
        if not os.read(descriptor, 1):
            loop.remove_reader(descriptor)
            ended()

    return read


if __name__ == "__main__":
    main(sys.argv[1:])
