"""The fleet by the clock: contacts are written every few seconds, alarms looked at less often."""

import threading
from collections.abc import Callable

import structlog

from server.clock import Clock, is_due
from server.db.engine import Database
from server.errors import TotebookError
from server.fleet.alarms import look
from server.fleet.contacts import Contacts
from server.fleet.rules import Thresholds

log = structlog.get_logger()

WRITE_MS = 3_000
LOOK_MS = 30_000


class Watch:
    """What a server process knows of the fleet, and when it writes that down."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        thresholds: Thresholds,
        holds: Callable[[], bool] = lambda: True,
    ) -> None:
        """Begin with nothing heard; alarms are raised by the process that `holds` this duty."""
        self.contacts = Contacts()
        self.thresholds = thresholds
        self._database = database
        self._clock = clock
        self._holds = holds
        self._turn = threading.Lock()
        self._written_at = self._looked_at = clock.now()

    def by_the_clock(self) -> None:
        """Do what is due; what fails is due again after its interval."""
        with self._turn:
            now = self._clock.now()
            if is_due(self._written_at, now, WRITE_MS):
                self._written_at = now
                self.contacts.write(self._database)
            if self._holds() and is_due(self._looked_at, now, LOOK_MS):
                self._looked_at = now
                look(self._database, now, self.thresholds)

    def close(self) -> None:
        """Write what was heard last; nothing may keep a server from stopping."""
        try:
            self.contacts.write(self._database)
        except TotebookError as error:
            log.warning("contacts_lost", contacts=len(self.contacts), exc_info=error)
