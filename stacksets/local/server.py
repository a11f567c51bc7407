"""The process of the embedded local AWS: `python -m stacksets.local.server DIRECTORY`.

It prints one line of JSON when it is ready (see `Started`), and ends on SIGTERM or when its standard
input closes, so that it never outlives whoever started it. ministack reads its environment at import
and keeps its state in its modules: there is one embedded AWS a process.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

    from hypercorn.config import Config

    from stacksets.local.front import Front

LOOPBACK = "127.0.0.1"
_BACKLOG = 1024
_KEEP_ALIVE_SECONDS = 120.0
_GRACE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a running embedded AWS tells of itself; `python_version` is what handlers run on."""

    endpoint_url: str
    proxy_url: str
    authority_file: str
    tls_port: int
    python_version: str


def emulator_variables(directory: Path, endpoint_url: str) -> dict[str, str]:
    """Give the variables that keep ministack on loopback, without other listeners or containers.

    Its files go below `directory`; Lambda's concurrency is bounded by our own execution
    environments, not by an answer that depends on this machine's memory.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "BIND_HOST": LOOPBACK,
        "DOCKER_HOST": f"unix://{directory}/no-docker",
        "GATEWAY_PORT": endpoint_url.rpartition(":")[2],
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_ACCOUNT_CONCURRENCY": "0",
        "LOG_LEVEL": "ERROR",
        "MINISTACK_HOST": "localhost",
        "PERSIST_STATE": "0",
        "S3_DATA_DIR": str(directory / "s3"),
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(directory / "state"),
        "TMPDIR": str(directory),
    }


def main(arguments: Sequence[str]) -> None:
    """Serve until SIGTERM or the end of standard input; everything below the directory goes."""
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
    # pylint: disable=import-outside-toplevel
    # What these import reads the environment that main has set.
    from hypercorn.asyncio import serve  # noqa: PLC0415

    from stacksets.local.adaptations import adapt  # noqa: PLC0415
    from stacksets.local.certificates import Certificates  # noqa: PLC0415
    from stacksets.local.forward_proxy import start_proxy  # noqa: PLC0415
    from stacksets.local.functions.fleet import Fleet  # noqa: PLC0415

    fleet, certificates = Fleet(), Certificates()
    adapt(fleet)
    authority = directory / "authority.pem"
    authority.write_bytes(certificates.authority_pem)
    (directory / "empty-aws-config").touch()
    tls_port = secure.getsockname()[1]
    proxy = await start_proxy(port_of_tls=tls_port)
    started = Started(
        endpoint_url=endpoint_url,
        proxy_url=f"http://{LOOPBACK}:{proxy.sockets[0].getsockname()[1]}",
        authority_file=str(authority),
        tls_port=tls_port,
        python_version=".".join(map(str, sys.version_info[:2])),
    )
    control_plane, front = _make_front(
        endpoint_url, lambda: {**asdict(started), "runtimes": sorted(fleet.runtimes)}
    )
    config = _configuration(certificates.server_context(), plain=plain, secure=secure)
    stop = _stop_event()
    print(json.dumps(asdict(started)), flush=True)  # noqa: T201 - the line that says ready
    await serve(front, config, shutdown_trigger=stop.wait, mode="asgi")
    proxy.close()
    control_plane.close()
    fleet.stop()


def _make_front(
    endpoint_url: str, information: Callable[[], Mapping[str, object]]
) -> tuple[ControlPlane, Front]:
    # pylint: disable=import-outside-toplevel
    from stacksets.local.adaptations.emulator import Ministack  # noqa: PLC0415
    from stacksets.local.adaptations.policies import policies_allow, trust_allows  # noqa: PLC0415
    from stacksets.local.provisional import ControlPlane  # noqa: PLC0415
    from stacksets.local.front import Front  # noqa: PLC0415

    control_plane = ControlPlane(
        endpoint_url=endpoint_url, trust_allows=trust_allows, policies_allow=policies_allow
    )
    front = Front(emulator=Ministack(), control_plane=control_plane, information=information)
    return control_plane, front


def _configuration(
    context: ssl.SSLContext, *, plain: socket.socket, secure: socket.socket
) -> Config:
    # pylint: disable=import-outside-toplevel
    from stacksets.local.listening import TwoPorts  # noqa: PLC0415

    config = TwoPorts(context)
    config.bind = [f"fd://{secure.detach()}"]
    config.insecure_bind = [f"fd://{plain.detach()}"]
    config.backlog = _BACKLOG
    config.errorlog = None
    config.graceful_timeout = _GRACE_SECONDS
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    return config


def _stop_event() -> asyncio.Event:
    """Give the event that SIGTERM or the end of standard input sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    standard_input = sys.stdin.fileno()

    def read() -> None:
        if not os.read(standard_input, 1):
            loop.remove_reader(standard_input)
            stop.set()

    loop.add_reader(standard_input, read)
    return stop


if __name__ == "__main__":
    main(sys.argv[1:])
