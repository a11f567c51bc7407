"""A forward proxy on loopback that leads every HTTPS host to the embedded TLS port.

It tells the server which host was connected to, and whence: a client may say in a `Forwarded:
for=203.0.113.7` header of its CONNECT which address the server is to see instead of loopback.

So the endpoint in a stack's output is used unchanged, by any client that honours HTTPS_PROXY, and
nothing leaves the machine: whatever is not CONNECT to port 443 is refused with 502.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
from typing import TYPE_CHECKING

from stacksets.local.peers import LOOPBACK, Peer

if TYPE_CHECKING:
    from stacksets.local.peers import Peers

_FORWARDED = re.compile(rb"^forwarded:.*\bfor=\"?\[?([0-9a-f.:]+)", re.IGNORECASE | re.MULTILINE)
_REFUSED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_CHUNK = 65536


async def start_proxy(*, port_of_tls: int, peers: Peers) -> asyncio.Server:
    """Listen on an ephemeral port of 127.0.0.1; the caller closes the server."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _serve(reader, writer, port_of_tls, peers)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def _serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    port_of_tls: int,
    peers: Peers,
) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    peer = _read_peer(head)
    if peer is None:
        writer.write(_REFUSED)
        await writer.drain()
        return
    tls_reader, tls_writer = await asyncio.open_connection(LOOPBACK, port_of_tls)
    with peers.told(tls_writer.get_extra_info("sockname")[1], peer):
        writer.write(_CONNECTED)
        await asyncio.gather(_pump(reader, tls_writer), _pump(tls_reader, writer))


def _read_peer(head: bytes) -> Peer | None:
    """Read whom a CONNECT is from and to; None for anything else than CONNECT to port 443."""
    method, target = [*head.split(b" ", 2), b""][:2]
    host, _, port = target.decode("latin-1").rpartition(":")
    if (method, port) != (b"CONNECT", "443"):
        return None
    said = _FORWARDED.search(head)
    return Peer(host=host, address=_read_address(said[1]) if said else LOOPBACK)


def _read_address(text: bytes) -> str:
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(text.decode()))
    return LOOPBACK


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()
