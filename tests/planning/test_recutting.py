"""Tests of work that goes on with other people: cut anew, handed over, and late facts of before."""

from typing import Any

import pytest

from device_protocol.operations import Claim, Clock, Pick, ShortPick, Undo
from server.ledger.records import Allocation
from server.orders.records import Shipment
from server.planning.leases import GRACE_MS, LEASE_MS
from server.planning.packages import Body
from server.planning.records import Package
from server.planning.recutting import HandOver, RecutPackages
from server.planning.waves import ReleaseWave
from server.planning.work_rules import PutWorkRule
from tests.floor import SITE, Handheld
from tests.orders.channel import (
    all_of,
    bodies,
    open_floor,
    order_of,
    place,
    say,
    shipment,
    stock,
    tasks,
    tell,
    tick,
)

A1 = "1000001:A1|good"
FIRST, SECOND = SITE * 1_000_000 + 1, SITE * 1_000_000 + 2


class Shift:
    """Device 1 holds the one package of three shipments of two lines each."""

    def __init__(self) -> None:
        """Release, claim."""
        self.floor = open_floor()
        stock(self.floor, ("A-01", "A1", 100), ("A-03", "A2", 100))
        place(
            self.floor,
            *(order_of(str(number), ("A1", 2), ("A2", 1)) for number in (1, 2, 3)),
        )
        tell(self.floor, ReleaseWave())
        self.first = self.device(1)
        self.second = self.device(2)
        [self.package] = all_of(self.floor, Package)
        assert self.claim(self.first, self.package.id)["outcome"] == "applied"

    def device(self, number: int) -> Handheld:
        """A device that has just heard the server."""
        made = self.floor.handheld(number)
        made.write(Clock(server=self.floor.now, round_trip=0, ended=1_000, boot=1))
        return made

    def claim(self, handheld: Handheld, work: int) -> dict[str, Any]:
        """Claim a package."""
        return handheld.do(Claim(work=work, ended=1_000, boot=1))[0]

    def lines(self, number: str) -> list[Allocation]:
        """The pick lines of an order by their place."""
        found = [
            line
            for line in all_of(self.floor, Allocation)
            if line.shipment == shipment(self.floor, number).id
        ]
        return sorted(found, key=lambda line: line.place)

    def pick(self, number: str, at: int, quantity: int, *, late: bool = False, **more: Any) -> Pick:  # noqa: ANN401
        """A pick of one line of an order under the first lease."""
        line = self.lines(number)[at]
        told = {"package": self.package.id, "fence": 1} if late else {"package": line.package}
        return Pick(
            quantity=quantity,
            source=("A-01", "A-03")[at],
            tasks=(line.id,),
            ended=2_000,
            boot=1,
            **({"to": f"T-{number}"} | told | more),
        )

    def current(self) -> list[Package]:
        """The packages with work left."""
        return [package for package in all_of(self.floor, Package) if package.open]

    def body(self, package: Package) -> Body:
        """What devices are shown of a package."""
        return next(body for body in bodies(self.floor) if body.package == package.id)


def test_what_is_left_becomes_a_package_that_anybody_may_claim() -> None:
    shift = Shift()
    shift.first.do(shift.pick("1", 0, 2), shift.pick("2", 0, 1))

    outcome = say(shift.floor, RecutPackages(device=FIRST))[0]

    [new] = shift.current()
    assert outcome["grant"] == {"packages": [new.id]}
    assert (new.state, new.holder, new.lines, new.left) == ("ready", None, 5, 5)
    shown = [(line.number, line.place, line.quantity) for line in shift.body(new).lines]
    assert shown == [
        ("2", "A-01", 1),
        ("3", "A-01", 2),
        ("1", "A-03", 1),
        ("2", "A-03", 1),
        ("3", "A-03", 1),
    ]
    assert [line.sequence for line in shift.body(new).lines] == [1, 2, 3, 4, 5]
    # The totes of orders that were begun are on the other cart.
    assert {line.number for line in shift.body(new).lines if line.spans} == {"1", "2"}
    old = next(package for package in all_of(shift.floor, Package) if package.id != new.id)
    assert (old.state, old.open, old.holder, old.left, old.fence) == ("done", None, None, 0, 2)
    assert [line.number for line in shift.body(old).lines] == ["1"]
    assert shift.claim(shift.second, new.id)["outcome"] == "applied"


def test_work_is_shared_by_as_many_as_go_on_with_it() -> None:
    shift = Shift()
    say(shift.floor, PutWorkRule(pickers=1))

    made = say(shift.floor, RecutPackages(device=FIRST, people=3))[0]["grant"]["packages"]

    shown = [{line.number for line in shift.body(package).lines} for package in shift.current()]
    assert len(made) == 3
    assert sorted(map(sorted, shown)) == [["1"], ["2"], ["3"]]
    assert [package.left for package in shift.current()] == [2, 2, 2]


def test_late_facts_of_the_old_holder_count_and_finish_the_new_package() -> None:
    shift = Shift()
    late = shift.pick("1", 0, 2, late=True)
    say(shift.floor, RecutPackages(device=FIRST))
    [new] = shift.current()
    shift.claim(shift.second, new.id)

    outcome = shift.first.do(late)[0]

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "lease_taken_over")
    assert shift.floor.balances()["T-1", A1] == 2
    assert ("count", None) in tasks(shift.floor)
    [new] = shift.current()
    assert new.left == 5
    # Whoever holds it now sees that the line is done.
    told = {(line.number, line.place): line.quantity for line in shift.body(new).lines}
    assert told["1", "A-01"] == 0
    for number, at, quantity in (("1", 1, 1), ("2", 0, 2), ("2", 1, 1), ("3", 0, 2), ("3", 1, 1)):
        shift.second.do(shift.pick(number, at, quantity, fence=1))
    assert shift.current() == []
    assert {each.state for each in all_of(shift.floor, Shipment)} == {"picked"}


def test_line_picked_by_both_is_posted_twice_and_flagged() -> None:
    shift = Shift()
    late = shift.pick("1", 0, 2, late=True)
    say(shift.floor, RecutPackages(device=FIRST))
    [new] = shift.current()
    shift.claim(shift.second, new.id)
    shift.second.do(shift.pick("1", 0, 2, fence=1, to="T-9"))

    outcome = shift.first.do(late)[0]

    assert outcome["outcome"] == "flagged"
    assert shift.floor.balances()["T-1", A1] == 2
    assert shift.floor.balances()["T-9", A1] == 2
    assert shift.floor.balances()["A-01", A1] == 96


def test_late_short_pick_of_the_old_holder_is_sought_elsewhere() -> None:
    shift = Shift()
    line = shift.lines("1")[0]
    say(shift.floor, RecutPackages(device=FIRST))

    outcome = shift.first.do(
        ShortPick(
            quantity=2,
            tasks=(line.id,),
            source="A-01",
            package=shift.package.id,
            fence=1,
            ended=2_000,
            boot=1,
        )
    )[0]

    assert outcome["outcome"] == "flagged"
    assert shift.current()[0].left == 5


def test_pick_from_before_is_undone_by_its_device_and_asked_for_again() -> None:
    shift = Shift()
    seq = shift.first.write(shift.pick("1", 0, 2, fence=1))
    shift.first.push()
    say(shift.floor, RecutPackages(device=FIRST))

    shift.first.do(Undo(seq=seq, ended=3_000, boot=1))

    opened = {package.id: package.left for package in shift.current()}
    assert opened[shift.package.id] == 1
    again = next(each for each in all_of(shift.floor, Package) if each.id == shift.package.id)
    assert (again.state, again.holder) == ("ready", None)
    shift.claim(shift.second, shift.package.id)
    [line] = shift.body(again).lines
    assert (line.number, line.quantity) == ("1", 2)


def test_undo_in_the_new_package_opens_it_there() -> None:
    shift = Shift()
    say(shift.floor, RecutPackages(device=FIRST))
    [new] = shift.current()
    shift.claim(shift.second, new.id)
    seq = shift.second.write(shift.pick("1", 0, 2, fence=1))
    shift.second.push()

    shift.second.do(Undo(seq=seq, ended=3_000, boot=1))

    assert [(package.id, package.left) for package in shift.current()] == [(new.id, 6)]


def test_package_of_which_nothing_is_left_to_pick_is_only_closed() -> None:
    shift = Shift()
    for number in ("1", "2", "3"):
        shift.first.do(shift.pick(number, 0, 2), shift.pick(number, 1, 1))

    outcome = say(shift.floor, RecutPackages(packages=(shift.package.id, 77)))[0]

    assert (outcome["outcome"], outcome["code"]) == ("refused", "nothing_to_recut")


def test_ended_lease_does_not_keep_a_package_from_being_cut_anew() -> None:
    shift = Shift()
    shift.floor.now += LEASE_MS + GRACE_MS + 1
    tick(shift.floor)

    outcome = say(shift.floor, RecutPackages(packages=(shift.package.id,), people=2))[0]

    assert len(outcome["grant"]["packages"]) == 2


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (RecutPackages(), "nothing_to_recut"),
        (RecutPackages(device=7), "nothing_to_recut"),
        (RecutPackages(packages=(5,)), "nothing_to_recut"),
        (RecutPackages(device=FIRST, people=0), "bad_people"),
        (RecutPackages(device=FIRST, people=51), "bad_people"),
        (HandOver(to=77, device=FIRST), "unknown_device"),
        (HandOver(to=SECOND, device=7), "nothing_to_hand_over"),
        (HandOver(to=FIRST, device=FIRST), "nothing_to_hand_over"),
        (HandOver(to=SECOND, packages=(5,)), "nothing_to_hand_over"),
    ],
)
def test_what_cannot_be_done_is_refused(message: RecutPackages | HandOver, code: str) -> None:
    shift = Shift()

    outcome = say(shift.floor, message)[0]

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert shift.current() == [p for p in all_of(shift.floor, Package) if p.holder == FIRST]


def test_package_that_is_handed_over_is_claimed_by_its_new_device_and_no_other() -> None:
    shift = Shift()
    shift.first.do(shift.pick("1", 0, 2))

    outcome = say(shift.floor, HandOver(device=FIRST, to=SECOND))[0]

    [package] = shift.current()
    assert outcome["grant"] == {"packages": [package.id]}
    assert (package.holder, package.fence, package.left) == (SECOND, 2, 5)
    assert "1" not in {line.number for line in shift.body(package).lines if line.quantity == 2}
    third = shift.device(3)
    assert shift.claim(third, package.id)["code"] == "held_by_other"
    granted = shift.claim(shift.second, package.id)["grant"]["lease"]
    assert granted["fence"] == 2


def test_late_facts_after_a_handover_count() -> None:
    shift = Shift()
    late = shift.pick("1", 0, 2, late=True)
    say(shift.floor, HandOver(packages=(shift.package.id,), to=SECOND))

    outcome = shift.first.do(late)[0]

    assert outcome["code"] == "lease_taken_over"
    assert shift.floor.balances()["T-1", A1] == 2
    assert shift.current()[0].left == 5


def test_package_that_nobody_claims_after_a_handover_is_free_again() -> None:
    shift = Shift()
    say(shift.floor, HandOver(device=FIRST, to=SECOND))
    shift.floor.now += LEASE_MS + GRACE_MS + 1

    tick(shift.floor)

    assert shift.current()[0].holder is None
