"""What `totebook serve` becomes: granian in front, the application in its workers.

A worker is a fork of this process (where the system forks): what was read to look at the settings
and the book is there at once and lies in memory once, and the worker reads the rest. The first
signal to stop is passed on to the workers, which finish what they have begun; a second one ends
them at once, as a failing machine would: what was answered stands, and what was not is sent again.
"""

import gc
import importlib
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from server.observing import shared

BACKLOG = 1_024
STOPPED_HARD = 130
COLLECT_AFTER = 100_000
"""Deciding makes many small objects and no cycles: to collect every 700 costs a fifth of it."""


class Front(MPServer):
    """Granian, with an end that can be hurried."""

    def interrupted(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - granian's.
        """Stop; told twice, at once."""
        if self.interrupt_signal:
            for worker in self.wrks:
                worker.kill()  # type: ignore[no-untyped-call]
            os._exit(STOPPED_HARD)
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]

    signal_handler_interrupt = interrupted


def main(
    host: str, port: str, workers: str, stop_s_max: str, target: str, *certificate: str
) -> None:
    """Serve the application that a factory makes until told to stop; over TLS if it is given how.

    The certificate is two paths: its own and its key's.
    """
    # What was read until now stays: a worker that looks through it has pages of its own of it.
    gc.freeze()
    shown, key = map(Path, certificate or ("", ""))
    with ExitStack() as stack:
        if int(workers) > 1:
            # Whichever worker is asked for its figures answers for all of them.
            folder = stack.enter_context(TemporaryDirectory(prefix="totebook-metrics-"))
            os.environ.setdefault(shared.VARIABLE, folder)
        Front(
            target,
            address=host,
            port=int(port),
            interface=Interfaces.ASGI,
            workers=int(workers),
            websockets=False,
            backlog=BACKLOG,
            log_level=LogLevels.warning,
            workers_kill_timeout=int(stop_s_max),
            ssl_cert=shown if certificate else None,
            ssl_key=key if certificate else None,
        ).serve(target_loader=made)


def made(target: str) -> Any:  # noqa: ANN401 - whatever application granian is to serve.
    """Make the application in a worker that has just begun; it collects garbage from then on."""
    # Whoever stops a server that is not there yet has nothing to wait for.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What is read now stays, too.
    gc.disable()
    module, _, name = target.partition(":")
    application = getattr(importlib.import_module(module), name)()
    gc.freeze()
    gc.enable()
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    return application


if __name__ == "__main__":
    main(*sys.argv[1:])
