"""What a health checker says of an endpoint that it cannot ask."""

from __future__ import annotations

import dataclasses
import socket
import ssl
from typing import Any, Self

import pytest

from stacksets.local.peers import Peer, Peers
from stacksets.local.route53.checks import HealthCheck
from stacksets.local.route53.probing import Prober

CHECK = HealthCheck(id="one", type="HTTPS", host="a.example.com")


def probe(check: HealthCheck = CHECK, *, resolves: bool = True) -> str:
    prober = Prober(
        port_of_tls=1,
        peers=Peers(),
        resolve=lambda name: name if resolves else None,
    )
    found = prober.probe(check, "eu-west-1")
    assert not found.is_healthy
    return found.status


def test_a_name_that_leads_nowhere_is_not_asked() -> None:
    assert probe(resolves=False) == "Failure: DNS resolution failed: Rcode NXDomain(3)"


def test_api_gateway_needs_the_name_and_port_443() -> None:
    unnamed = dataclasses.replace(CHECK, sends_name=False)
    elsewhere = dataclasses.replace(CHECK, port=8443)

    assert probe(unnamed) == "Failure: SSL alert handshake_failure"
    assert "could not establish a connection" in probe(elsewhere)


@pytest.mark.parametrize("error", [TimeoutError, ConnectionRefusedError, ssl.SSLError])
def test_no_connection_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    def refuse(*_: Any) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", refuse)

    assert "could not establish a connection" in probe()


def test_a_connection_that_nobody_told_of_comes_straight() -> None:
    peers = Peers()
    peer = Peer(host="a", address="192.0.2.1")

    with peers.told(1, peer):
        assert (peers.find(1), peers.find(2)) == (peer, Peer())

    assert peers.find(1) == Peer()


class Silent:
    """A connection that is made and says nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", 1

    def settimeout(self, seconds: float) -> None:
        assert seconds == 2

    def sendall(self, request: bytes) -> None:
        assert b"\r\nHost: a.example.com\r\n" in request
        assert b"Amazon-Route53-Health-Check-Service (ref one;" in request

    def makefile(self, _: str) -> Silent:
        return self

    def readline(self, _: int) -> bytes:
        raise TimeoutError


def test_no_answer_within_two_seconds_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_: Silent())
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", lambda *_, **__: Silent())

    assert "did not receive a response within the timeout limit" in probe()
