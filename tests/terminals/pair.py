"""A terminal and a handheld to which the same is done, and which must agree at every step."""

from typing import Any

import msgspec

from device_protocol.workflow.session import Session
from server.terminals.screens import screen_of, word_of
from tests.device_protocol.workflow.world import told
from tests.terminals.depot import Depot, Handheld, Terminals, operations_of

UNDOS_MAX = 40


class Pair:
    """Both, step by step; what was heard and written is kept."""

    def __init__(self, depot: Depot) -> None:
        self.depot = depot
        self.thin = Terminals(depot)
        self.thick = Handheld(depot)
        self.heard: list[str] = []
        self.tones: set[str] = set()
        self.written: list[dict[str, Any]] = []

    def begin(self, workflow: str, **work: Any) -> None:  # noqa: ANN401 - the fields of work.
        """Begin some work at both."""
        self.heard, self.written, self.tones = [], [], set()
        self.thick = Handheld(self.depot)
        self.thin.begin(workflow, **work)
        self.thick.pull()
        step = self.thick.begin(self.depot.row())
        assert self.thin.last.screen == screen_of("en", step.prompt)
        self._agree()

    def give(self, *inputs: str) -> None:
        """Give inputs to both; after every one they must agree."""
        for text in inputs:
            # Both are to see the same: nothing is told between lanes from here on.
            self.depot.core.drain()
            self.thick.pull()
            self.thin.all(text)
            row = self.depot.row()
            step = self.thick.step(text, row)
            assert operations_of(row) == list(step.operations), text
            assert self.thin.last.screen == screen_of("en", step.prompt), text
            assert self.thin.last.said == word_of("en", step.feedback), text
            self._agree()
            self.written += [told(operation) for operation in step.operations]
            self.heard.append(step.feedback.key)
            self.tones.add(step.feedback.tone)

    def take_all_back(self) -> None:
        """Undo until there is nothing left to undo."""
        for _ in range(UNDOS_MAX):
            self.give("/undo")
            if self.heard[-1] == "wrong.nothing_to_undo":
                return
        raise AssertionError("undo never came to the beginning")

    def _agree(self) -> None:
        """What is kept of the terminal is what the handheld keeps."""
        assert msgspec.json.decode(self.depot.row().session, type=Session) == self.thick.session
