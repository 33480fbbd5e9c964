"""Label printers for tests: on loopback, in good and bad moods."""

import socket
import threading
from typing import Literal

from server.printing.rules import Address

Mood = Literal[
    "ready", "paper_out", "paused", "head_open", "silent", "mute", "breaks", "drops", "stays"
]
"""ready answers; silent answers no status; mute answers once; breaks hangs up within the label,
drops loses it, stays never hangs up."""
ASKED = b"~HS\r\n"


class Printer:
    """Listens on a free port; `papers` are the labels it got whole."""

    def __init__(self, mood: Mood = "ready") -> None:
        """Switch it on."""
        self.mood = mood
        self.papers: list[bytes] = []
        self.printed = threading.Event()
        self._off = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = Address(*self._listening.getsockname())
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def text(self) -> str:
        """Its address as workstations name it."""
        return f"{self.address.host}:{self.address.port}"

    def off(self) -> None:
        """Switch it off."""
        self._off.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        held, answered = b"", 0
        try:
            while part := connection.recv(65_536):
                held += part
                if self.mood == "drops" and b"^XZ" in held:
                    # Closing with bytes unread tells the other side that they were lost.
                    connection.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
                    )
                    return
                while ASKED in held:
                    paper, _, held = held.partition(ASKED)
                    self._keep(paper)
                    answered += 1
                    connection.sendall(self._status(answered))
                    if self.mood == "breaks":
                        return
            self._keep(held)
            if self.mood == "stays":
                self._off.wait(5)
        except OSError:
            return

    def _keep(self, paper: bytes) -> None:
        if paper:
            self.papers.append(paper)
            self.printed.set()

    def _status(self, answered: int) -> bytes:
        if self.mood == "silent" or (self.mood == "mute" and answered > 1):
            return b""
        paper_out = int(self.mood == "paper_out")
        paused = int(self.mood == "paused")
        head_open = int(self.mood == "head_open")
        return (
            f"\x02030,{paper_out},{paused},1199,000,0,0,0,000,0,0,0\x03\r\n"
            f"\x02000,0,{head_open},0,0,2,4,0,00000000,1,000\x03\r\n"
            "\x021234,0\x03\r\n"
        ).encode()
