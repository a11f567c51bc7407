"""A forward proxy on loopback that leads every HTTPS host to the embedded TLS port.

So the endpoint in a stack's output is used unchanged, by any client that honours HTTPS_PROXY, and
nothing leaves the machine: whatever is not CONNECT to port 443 is refused with 502.
"""

from __future__ import annotations

import asyncio
import contextlib

_REFUSED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_CHUNK = 65536


async def start_proxy(*, port_of_tls: int) -> asyncio.Server:
    """Listen on an ephemeral port of 127.0.0.1; the caller closes the server."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _serve(reader, writer, port_of_tls)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port_of_tls: int
) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    method, target = [*head.split(b" ", 2), b""][:2]
    if method != b"CONNECT" or not target.endswith(b":443"):
        writer.write(_REFUSED)
        await writer.drain()
        return
    tls_reader, tls_writer = await asyncio.open_connection("127.0.0.1", port_of_tls)
    writer.write(_CONNECTED)
    await asyncio.gather(_pump(reader, tls_writer), _pump(tls_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()
