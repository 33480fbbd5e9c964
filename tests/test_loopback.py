"""Tests reach no further than this machine."""

import socket

import pytest


def test_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match="tried to reach"):
        # An address kept for documentation (RFC 5737), which nobody has.
        outside.connect(("192.0.2.1", 80))


def test_connection_to_this_machine_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as inside:
        inside.connect(listening.getsockname())

        assert inside.getpeername() == listening.getsockname()
