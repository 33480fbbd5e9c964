"""A real server process, and the load that is put on it."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.config import Settings
from server.serving import command as serve_command
from tests.bench.files import FOLDER

READY_S_MAX = 30.0
Request = tuple[str, str, bytes, dict[str, str]]
"""Method, path, body and headers."""


@dataclass
class Server:
    """A running server."""

    port: int
    ready_s: float
    process: subprocess.Popen[bytes]

    def memory_mb(self) -> float:
        """Resident memory of its processes together, shared pages counted once."""
        total = 0
        for pid in [self.process.pid, *children(self.process.pid)]:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


@contextmanager
def server(url: str, folder: Path, files: Path | None = None) -> Iterator[Server]:
    """Start the server on a database, wait until it answers, and stop it afterwards.

    With `files` it sends what lies in that folder, too.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "TOTEBOOK_DATABASE": url,
        "TOTEBOOK_PORT": str(port),
        "TOTEBOOK_LOG_LEVEL": "error",
        "TOTEBOOK_SECRET_KEY": "bench" * 10,
    }
    command = [sys.executable, "-m", "server.cli", "serve", "--no-migrate"]
    if files is not None:
        environment[FOLDER] = str(files)
        settings = Settings.from_environment(environment)
        command = [*serve_command(settings, 1)[:-1], "tests.bench.files:app_with_files"]
    began = time.perf_counter()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        while time.perf_counter() - began < READY_S_MAX:
            try:
                if get(port, "/health")[0] == http.client.OK:
                    break
            except OSError:
                time.sleep(0.01)
        yield Server(port, time.perf_counter() - began, process)
    finally:
        process.terminate()
        process.wait(30)


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """One GET on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def call(port: int, request: Request) -> bytes:
    """One call that must succeed."""
    method, path, body, headers = request
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise RuntimeError(told[:300].decode())
    return told


def load(port: int, requests: list[list[Request]]) -> tuple[float, list[float]]:
    """Send each list by a thread with one connection; answer all seconds, and each request's."""
    times: list[float] = []
    failures: list[bytes] = []
    start = threading.Barrier(len(requests) + 1)

    def work(own: list[Request]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start.wait()
        for method, path, body, headers in own:
            began = time.perf_counter()
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            told = answer.read()
            times.append(time.perf_counter() - began)
            if answer.status != http.client.OK:
                failures.append(told)
        connection.close()

    threads = [threading.Thread(target=work, args=(own,)) for own in requests]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0][:300].decode())
    return time.perf_counter() - began, times


def percentile(times: list[float], share: float) -> float:
    """The time, ms, that this share of requests does not exceed."""
    ordered = sorted(times)
    return 1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
