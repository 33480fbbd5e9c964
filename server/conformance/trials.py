"""What the steps of a client's scenario do.

A step is `{"do": …}`; what it may say beside that is read here, by the function of its name. At the
end the road is healed, the client synchronises, and the book is looked into.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.conformance.book import faults_of
from server.conformance.scripts import Script, Step
from server.conformance.subject import Subject
from server.conformance.world import BIN, PERSON, PIN, World

SYNCS_MAX = 12
"""So many times a client may fail on a healed road, or on one that runs out of faults."""


class FailedError(AssertionError):
    """A client did not do what it must; the text says what."""


class Trial:
    """One scenario while it plays, with one client or a client and its clone."""

    def __init__(self, world: World, command: str, folder: Path) -> None:
        """Begin with a client that was never started."""
        self.world = world
        self._folder = folder
        self._subjects = {"a": Subject(command, folder / "a")}
        self._signed: set[Subject] = set()
        self._sure: list[str] = []
        self._unsure: list[str] = []
        self._numbers = itertools.count(1)
        self._does: dict[str, Callable[[Subject, Step], None]] = {
            "enrol": self._enrol,
            "sign_in": self._sign_in,
            "record": self._record,
            "record_killed": self._record_killed,
            "refused": self._refused,
            "sync": self._sync,
            "sync_killed": self._sync_killed,
            "kill": lambda who, _: who.kill(),
            "copy": self._copy,
            "put_back": lambda who, step: who.put_back(self._folder / step["as"]),
            "fail": lambda _, step: self.world.front.plan([tuple(each) for each in step["faults"]]),
            "server": lambda _, step: getattr(self.world, step["what"])(),
            "move_bins": self._move_bins,
            "command": lambda who, step: self.world.command(_device(who), step["command"]),
            "set_state": lambda who, step: self.world.set_state(_device(who), step["state"]),
            "state": self._state,
        }

    def play(self, script: Script) -> None:
        """Play all steps, then heal everything and look into the book."""
        try:
            for place, step in enumerate(script.steps, start=1):
                try:
                    self._does[step["do"]](self._subjects[step.get("client", "a")], step)
                except FailedError as error:
                    raise FailedError(f"step {place} ({step['do']}): {error}") from error
            self._settle()
        finally:
            for subject in self._subjects.values():
                subject.kill()

    def _settle(self) -> None:
        self.world.front.plan([])
        for subject in self._subjects.values():
            self._sync(subject, {})
        # A clone may have pushed meanwhile, and somebody's push may have changed documents.
        for subject in self._subjects.values():
            self._sync(subject, {})
        states = [
            _good(who.ask(do="state"), "state") | {"signed": who in self._signed}
            for who in self._subjects.values()
        ]
        faults = faults_of(self.world, states, self._sure, self._unsure)
        if faults:
            raise FailedError("; ".join(faults[:4]))

    def _enrol(self, who: Subject, step: Step) -> None:
        code = self.world.invite("client under test")
        answer: dict[str, Any] = {}
        for _ in range(SYNCS_MAX):
            answer = who.ask(do="enrol", url=self.world.front.url, code=code)
            if answer["ok"]:
                return
            if step.get("killed"):
                who.kill()
        raise FailedError(f"enrol: {answer.get('problem')}")

    def _sign_in(self, who: Subject, _step: Step) -> None:
        answer: dict[str, Any] = {}
        for _ in range(SYNCS_MAX):
            answer = who.ask(do="sign_in", person=PERSON, pin=PIN)
            if answer["ok"]:
                self._signed.add(who)
                return
        raise FailedError(f"sign_in: {answer.get('problem')}")

    def _record(self, who: Subject, step: Step) -> None:
        for _ in range(step.get("acts", 1)):
            act = f"act {next(self._numbers)}"
            _good(who.ask(do="record", operation=_receipt(act)), "record")
            self._sure.append(act)

    def _record_killed(self, who: Subject, _step: Step) -> None:
        act = f"act {next(self._numbers)}"
        who.tell(do="record", operation=_receipt(act))
        self._unsure.append(act)
        who.kill()

    def _refused(self, who: Subject, step: Step) -> None:
        before = _good(who.ask(do="state"), "state")
        answer = who.ask(do="record", operation=_receipt("never") | step["change"])
        after = _good(who.ask(do="state"), "state")
        if answer["ok"] or answer.get("problem") != step["problem"]:
            raise FailedError(f"it answered {answer}, not {step['problem']}")
        if before["seq"] != after["seq"]:
            raise FailedError("it wrote a line all the same")

    def _sync(self, who: Subject, step: Step) -> None:
        answer: dict[str, Any] = {}
        for _ in range(step.get("tries", SYNCS_MAX)):
            answer = who.ask(do="sync")
            if answer["ok"]:
                return
        raise FailedError(f"it does not come through: {answer.get('problem')}")

    def _sync_killed(self, who: Subject, step: Step) -> None:
        reached = self.world.front.reached(step["call"])
        who.tell(do="sync")
        reached()
        who.kill()

    def _copy(self, who: Subject, step: Step) -> None:
        who.kill()
        copy = who.copied(self._folder / step["as"])
        if step.get("runs"):
            self._subjects[step["as"]] = copy
            if who in self._signed:
                self._signed.add(copy)

    def _move_bins(self, _who: Subject, step: Step) -> None:
        for number in step["bins"]:
            self.world.move_bin(number, step["zone"])

    def _state(self, who: Subject, step: Step) -> None:
        state = _good(who.ask(do="state"), "state")
        for name, least in step.get("least", {}).items():
            if state[name] < least:
                raise FailedError(f"{name} is {state[name]}, less than {least}")
        for name, value in step.get("is", {}).items():
            if state[name] != value:
                raise FailedError(f"{name} is {state[name]}, not {value}")


def _receipt(act: str) -> dict[str, Any]:
    return {
        "kind": "receive",
        "quantity": 1,
        "owner": "ACME",
        "item": "A1",
        "to": BIN,
        "activity": act,
    }


def _device(who: Subject) -> int:
    return int(_good(who.ask(do="state"), "state")["device"])


def _good(answer: dict[str, Any], told: str) -> dict[str, Any]:
    if not answer["ok"]:
        raise FailedError(f"{told}: {answer.get('problem')}")
    return answer
