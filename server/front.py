"""The process that `totebook serve` becomes: granian in front, the application in its workers.

It reads next to nothing of Totebook, so that it stays small. The first signal to stop is passed on
to the workers, which finish what they have begun; a second one ends them at once, as a failing
machine would: what was answered stands, and what was not is sent again.
"""

import os
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
            factory=True,
            ssl_cert=shown if certificate else None,
            ssl_key=key if certificate else None,
        ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
