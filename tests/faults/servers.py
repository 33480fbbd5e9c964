"""Several server processes on one database, each as `totebook serve` runs it."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from server.config import Settings
from server.demo.child import HOST, free_port
from server.serving import command
from tests.bench.serving import children
from tests.bench.world import SECRET
from tests.faults.cluster import wait_for

STOP_S_MAX = 30


class Served:
    """One of them."""

    def __init__(self, url: str, folder: Path, target: str = "", **more: str) -> None:
        """Start it; `target` makes another application, `more` are settings of its own."""
        self.port = free_port()
        settings = {"DATABASE": url, "PORT": str(self.port), "SECRET_KEY": SECRET, **more}
        given = {f"TOTEBOOK_{name}": value for name, value in settings.items()}
        environment = {**os.environ, "TOTEBOOK_LOG_LEVEL": "error", **given}
        words = self.words(Settings.from_environment(environment), target)
        self.log = folder / f"server-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(words, env=environment, stdout=log, stderr=log)

    def words(self, settings: Settings, target: str) -> list[str]:
        """The command that is run."""
        usual = command(settings, 1)
        return [*usual[:-1], target or usual[-1]]

    def get(self, path: str) -> httpx.Response:
        """A call without a name."""
        return httpx.get(f"http://{HOST}:{self.port}{path}", timeout=30)

    def is_ready(self) -> bool:
        """Whether it says so; a server that ended never will."""
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/ready").is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End all its processes at once."""
        for pid in [*children(self.process.pid), self.process.pid]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(STOP_S_MAX)

    def stop(self) -> int:
        """Tell it to stop, and answer how it ended."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(STOP_S_MAX)


@contextmanager
def serving(url: str, folder: Path, count: int, **more: str) -> Iterator[list[Served]]:
    """Start as many, wait until all are ready, and stop those that are left."""
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            started.append(Served(url, folder, **more))
            stack.callback(started[-1].stop)
        for each in started:
            wait_for(each.is_ready, 60)
        yield started
