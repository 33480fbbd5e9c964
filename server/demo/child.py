"""The server of the demo: a process of its own that can be killed and comes up again."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from server.demo.plain import plain_client

HOST = "127.0.0.1"
READY_S_MAX = 60.0
STOP_S_MAX = 60.0
COMMAND = (sys.executable, "-c", "from server.cli import main; main()")


class ChildError(RuntimeError):
    """The server did not come up; the text says where its own words are."""


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Child:
    """`totebook serve` on a database of its own."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Start nothing yet; book and log stand in `folder`."""
        self.folder = folder
        self.port = port or free_port()
        self.starts = 0
        self.kills = 0
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    @property
    def database(self) -> str:
        """The address of its book."""
        return f"sqlite:///{self.folder / 'book.sqlite3'}"

    @property
    def log(self) -> Path:
        """What it said."""
        return self.folder / "server.log"

    def environment(self) -> dict[str, str]:
        """Return the settings of the server and of commands on its book."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("TOTEBOOK_")
        }
        return inherited | {
            "TOTEBOOK_DATABASE": self.database,
            "TOTEBOOK_HOST": HOST,
            "TOTEBOOK_PORT": str(self.port),
            "TOTEBOOK_LOG_LEVEL": "warning",
            "TOTEBOOK_LOG_FORMAT": "json",
        }

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a totebook command on the same book."""
        return subprocess.run(  # noqa: S603 - our own command.
            [*COMMAND, *words],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self) -> None:
        """Start it and wait until it can work."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(  # noqa: S603 - our own command.
                [*COMMAND, "serve"],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.starts += 1
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until it answers that it can work."""
        deadline = time.monotonic() + READY_S_MAX
        with plain_client(self.url, timeout_s=5.0) as asking:
            while time.monotonic() < deadline:
                running = self._running
                if running is None or running.poll() is not None:
                    message = f"the server stopped; {self.log} says why:\n{self.last_words()}"
                    raise ChildError(message)
                with suppress(httpx.RequestError):
                    if asking.get("/ready").is_success:
                        return
                time.sleep(0.05)
        message = f"the server was not ready after {READY_S_MAX:.0f} s; see {self.log}"
        raise ChildError(message)

    def kill(self) -> None:
        """End it at once, workers too, as a failing machine would."""
        running = self._running
        if running is not None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            self.kills += 1

    def stop(self) -> None:
        """Let it finish what waits, and end it."""
        running, self._running = self._running, None
        if running is None or running.poll() is not None:
            return
        running.terminate()
        try:
            running.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()

    def wait(self) -> None:
        """Stay until it ends."""
        if self._running is not None:
            self._running.wait()

    def last_words(self) -> str:
        """Return the end of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-12:])
