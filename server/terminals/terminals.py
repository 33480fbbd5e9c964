"""The steps of thin terminals: one input at a time through the same interpreter as on a handheld.

1. A step has a number, one more than the last. The same number with the same input is a repeat
   after a lost answer, and gets the same answer; with another input it is none, and is told so,
   because a scan must not get lost behind an old answer.
2. What the step leads to, session and lines, is stored in one statement that only the next step may
   make, so two at once are one. Then the lines are handed to the lane as the device's own next
   ones. A crash in between is finished by the next call, or at the next start.
3. Times are the server's: a terminal is online, and its scan happened when it came.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from device_protocol.messages import Outcome
from device_protocol.operations import Claim, HandBack, Operation
from device_protocol.scanning.delivery import Deliveries
from device_protocol.terminal import BeginWork, ScanAnswer, ScanRead, ScanRequest
from device_protocol.workflow import interpreter
from device_protocol.workflow.definition import Definition
from device_protocol.workflow.following import definition_of
from device_protocol.workflow.inputs import AnyInput, KeyInput, QuantityInput, scanned
from device_protocol.workflow.interpreter import begin as begin_work
from device_protocol.workflow.session import Session, Step, recorded
from device_protocol.workflow.shown import Documents
from device_protocol.workflow.turn import ENDED, Turn
from device_protocol.workflow.ways import in_hand
from server.db.bulk import select_records
from server.errors import ForbiddenError, UnavailableError
from server.identity.records import Device
from server.lane.activity import NETWORK
from server.sites.records import Site
from server.sync.batches import Answer, Batch
from server.sync.lanes import Lanes
from server.terminals.beginning import claim_of, fence_of, work_of
from server.terminals.documents import SiteDocuments
from server.terminals.faults import (
    InHandError,
    NothingBegunError,
    NoWorkError,
    StepError,
    UnknownWorkflowError,
)
from server.terminals.keeping import TRIES_MAX, Keeping
from server.terminals.records import Terminal
from server.terminals.screens import screen_of, word_of
from server.terminals.stream import BOOT, Tail, batch_of, with_lines, written

_encode = msgspec.json.Encoder().encode
_session = msgspec.json.Decoder(Session).decode
_answer = msgspec.json.Decoder(ScanAnswer).decode
_deliveries = msgspec.json.Decoder(Deliveries).decode
_outcome = msgspec.json.Decoder(Outcome).decode


class Taken(NamedTuple):
    """A step that is stored; its lines, if it wrote any, may still have to be handed over."""

    row: Terminal
    answer: ScanAnswer

    @property
    def batch(self) -> Batch | None:
        """The lines that the lane may not have yet."""
        return batch_of(self.row) if self.row.lines else None

    def told(self, answer: Answer | None) -> ScanAnswer:
        """The answer with the outcomes of what the step wrote."""
        if answer is None or not self.row.told:
            return self.answer
        outcomes = tuple(msgspec.Raw(each) for each in answer.outcomes[-self.row.told :])
        return replace(self.answer, outcomes=outcomes)


class Floor(NamedTuple):
    """What a step is worked out from: one snapshot, where the person stands, and the time."""

    connection: sa.Connection
    device: Device
    row: Terminal
    tail: Tail
    documents: SiteDocuments
    session: Session | None
    at: int

    def view(self, workflow: str) -> Documents:
        """What the interpreter may look up."""
        return Seen(self, workflow)

    def definition(self, workflow: str) -> Definition:
        """The workflow as the site wants it."""
        found = definition_of(workflow, self.documents.body(f"workflow/{workflow}"))
        if found is None:
            raise UnknownWorkflowError(f"There is no workflow {workflow[:40]!r}.")
        return found


class Seen(Documents):
    """Documents on the site's own day, which is asked for seldom."""

    def __init__(self, floor: Floor, workflow: str) -> None:
        """Look on a floor."""
        super().__init__(floor.documents, workflow)
        self._floor = floor

    def today(self) -> str:
        """Return the date at the site."""
        floor = self._floor
        wanted = [(NETWORK, floor.device.site)]
        found = select_records(floor.connection, Site, Site.KEY, wanted)
        zone = ZoneInfo(found[0].time_zone) if found else UTC
        return datetime.fromtimestamp(floor.at / 1_000, zone).date().isoformat()


class Terminals:
    """The terminals of all sites."""

    def __init__(self, lanes: Lanes, now: Callable[[], int]) -> None:
        """Work on the lanes' database."""
        self._keeping = Keeping(lanes)
        self._now = now

    def take(self, device: Device, person: int, asked: ScanRequest) -> Taken:
        """Take a step, or recognise one; what is answered is stored."""
        given = _given(asked)
        for _ in range(TRIES_MAX):
            with self._floor(device) as floor:
                row = floor.row
                if given is None:
                    return Taken(replace(row, lines=b"", told=0), _shown(floor, asked))
                if _is_repeated(row, asked, given):
                    return Taken(row, _answer(row.answer))
                claim = _wanted(floor, asked.begin, person)
                if claim is not None:
                    return self._leased(floor, asked, person, given, claim)
                after, answer = _worked_out(floor, asked, person, Granted())
            taken = self._kept(row, after, answer, given)
            if taken is not None:
                return taken
        raise UnavailableError("Too much is going on at this terminal; try again.")

    def finish(self, taken: Taken, answer: Answer | None) -> ScanAnswer:
        """The answer once the lane has spoken; lines that came between move the step's own."""
        if answer is None or answer.status == "taken":
            return taken.told(answer)
        row, answer = self._keeping.hand_over(taken.row)
        return taken._replace(row=row).told(answer)

    def finish_all(self) -> int:
        """Hand over what an earlier process had stored and not handed over; answer how many."""
        return self._keeping.hand_over_all()

    @contextmanager
    def _floor(self, device: Device) -> Iterator[Floor]:
        with self._keeping.reading(device) as (connection, row, tail):
            at = max(self._now(), row.at)
            session = _session(row.session) if row.session else None
            documents = SiteDocuments(connection, device)
            yield Floor(connection, device, row, tail, documents, session, at)

    def _leased(
        self, floor: Floor, asked: ScanRequest, person: int, given: bytes, claim: Claim
    ) -> Taken:
        """Begin work under a lease, for which the lane is asked first."""
        wanted = replace(floor.row, at=floor.at)
        wanted = with_lines(wanted, floor.tail, [replace(claim, ended=floor.at)], floor.at)
        if self._keeping.keep(floor.row, wanted):
            outcome = _outcome(self._keeping.hand_over(wanted)[1].outcomes[-1])
            if outcome.grant is None:
                raise NoWorkError(f"Package {claim.work} is not to be had: {outcome.code}.")
            granted = Granted(claim.work, fence_of(outcome.grant))
            with self._floor(floor.device) as now:
                after, answer = _worked_out(now, asked, person, granted)
            taken = self._kept(now.row, after, answer, given)
            if taken is not None:
                return taken
        raise UnavailableError("Another call of this terminal came between; try again.")

    def _kept(
        self, before: Terminal, after: Terminal, answer: ScanAnswer, given: bytes
    ) -> Taken | None:
        """The step, stored; None if another was stored meanwhile."""
        after = replace(after, step=answer.step, given=given, answer=_encode(answer))
        return Taken(after, answer) if self._keeping.keep(before, after) else None


class Granted(NamedTuple):
    """The lease under which work begins, where it has one."""

    package: int | None = None
    fence: int | None = None


def _shown(floor: Floor, asked: ScanRequest) -> ScanAnswer:
    """What a terminal shows now, as after a restart: the very step."""
    session = floor.session
    if session is None:
        return ScanAnswer(floor.row.step)
    definition, view = floor.definition(session.workflow), floor.view(session.workflow)
    screen = screen_of(asked.language, interpreter.show(definition, session, view))
    return ScanAnswer(floor.row.step, session.workflow, screen, ended=_ended(session))


def _wanted(floor: Floor, begin: BeginWork | None, person: int) -> Claim | None:
    """The lease that has to be asked for before the work begins."""
    if begin is None:
        return None
    floor.definition(begin.workflow)
    _must_be_free(floor)
    actor = _actor(floor.documents, person)
    return claim_of(begin, floor.documents, floor.device.id, actor)


def _worked_out(
    floor: Floor, asked: ScanRequest, person: int, granted: Granted
) -> tuple[Terminal, ScanAnswer]:
    """What a step leads to."""
    if asked.begin is not None:
        return _begun(floor, asked, asked.begin, _actor(floor.documents, person), granted)
    session = floor.session
    if session is None:
        raise NothingBegunError("Nothing was begun at this terminal.")
    row, again = _delivered(floor.row, asked.scan)
    if again:
        answer = replace(_shown(floor, asked), step=asked.step)
        return replace(row, lines=b"", told=0, at=floor.at), answer
    definition, view = floor.definition(session.workflow), floor.view(session.workflow)
    step = interpreter.step(definition, session, _input(asked, floor.at), view)
    return _written(floor._replace(row=row), asked, step, [])


def _begun(
    floor: Floor, asked: ScanRequest, begin: BeginWork, actor: str, granted: Granted
) -> tuple[Terminal, ScanAnswer]:
    """Where some work begins; a package that was left is handed back with it."""
    definition, view = floor.definition(begin.workflow), floor.view(begin.workflow)
    work = work_of(begin, floor.documents, granted.package, granted.fence)
    step = begin_work(definition, work, actor, view, at=floor.at, boot=BOOT)
    left = floor.session.work.package if floor.session is not None else None
    before: list[Operation] = []
    if left is not None and left != granted.package:
        before.append(HandBack(work=left, actor=actor, ended=floor.at))
    return _written(floor, asked, step, before)


def _given(asked: ScanRequest) -> bytes | None:
    """What tells one step's input from another's; None where only the screen is asked for."""
    if (asked.begin, asked.scan, asked.key, asked.quantity) == (None, None, "", None):
        return None
    return hashlib.sha256(_encode(replace(asked, protocol=1, language="en"))).digest()


def _is_repeated(row: Terminal, asked: ScanRequest, given: bytes) -> bool:
    """Whether the step was taken before; StepError where it is not the next one either."""
    if asked.step == row.step and given == row.given:
        return True
    if asked.step == row.step + 1:
        return False
    raise StepError(
        f"The last step was {row.step}; ask what is shown, and number the next {row.step + 1}.",
        row.step,
    )


def _must_be_free(floor: Floor) -> None:
    """Raise InHandError while something was scanned that no line tells of."""
    session = floor.session
    if session is None or _ended(session):
        return
    definition = definition_of(
        session.workflow, floor.documents.body(f"workflow/{session.workflow}")
    )
    if definition is not None:
        turn = Turn(definition, session, floor.view(session.workflow), floor.at, BOOT)
        if in_hand(turn):
            raise InHandError("Something was scanned that is not written yet: finish or undo it.")


def _actor(documents: SiteDocuments, person: int) -> str:
    """The latest grant by which a person acts on this device."""
    grants = [grant for grant in documents.grants_of(person) if grant.withdrawn_at is None]
    if not grants:
        raise ForbiddenError("You were not granted this device; sign in on it again.")
    return str(max(grants, key=lambda each: (each.until, each.id)).id)


def _delivered(row: Terminal, scan: ScanRead | None) -> tuple[Terminal, bool]:
    """The row, and whether the scan had come before from another source."""
    if scan is None or not scan.source or scan.at is None:
        return row, False
    known = _deliveries(row.deliveries) if row.deliveries else Deliveries()
    known, delivery = known.take(scan.source, scan.at)
    return replace(row, deliveries=_encode(known)), delivery.again


def _input(asked: ScanRequest, at: int) -> AnyInput:
    """What the interpreter takes."""
    if asked.scan is not None:
        scan = asked.scan
        return scanned(scan.text, symbology=scan.symbology, entry=scan.entry, at=at, boot=BOOT)
    if asked.quantity is not None:
        return QuantityInput(quantity=asked.quantity, at=at, boot=BOOT)
    return KeyInput(command=asked.key, at=at, boot=BOOT)


def _written(
    floor: Floor, asked: ScanRequest, step: Step, before: list[Operation]
) -> tuple[Terminal, ScanAnswer]:
    """The row with session and lines of a step, and its answer."""
    row = replace(floor.row, workflow=step.session.workflow, at=floor.at)
    row = with_lines(row, floor.tail, step.operations, floor.at, before)
    session = recorded(step.session, written(row))
    answer = ScanAnswer(
        asked.step,
        session.workflow,
        screen_of(asked.language, step.prompt),
        word_of(asked.language, step.feedback),
        ended=_ended(session),
    )
    return replace(row, session=_encode(session)), answer


def _ended(session: Session) -> bool:
    return session.now.phase == ENDED and not session.parked
