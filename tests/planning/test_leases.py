"""Leases: who holds a package, until when, and what is done after that."""

from typing import Any

import pytest

from device_protocol.operations import Claim, HandBack, Renew
from server.planning.leases import GRACE_MS, LEASE_MS
from tests.floor import START, Floor, Handheld
from tests.ledger.book import A1
from tests.tasks.picks import package, pick, released

ONLINE = 1_000_000
"""Device time at which the test floor's server says now."""


def claim(floor: Floor, handheld: Handheld, ended: int = ONLINE) -> dict[str, Any]:
    """Ask for the package."""
    return handheld.do(Claim(work=package(floor).id, ended=ended))[0]


def test_claimed_package_is_held_for_a_while_under_a_fence() -> None:
    floor = released()
    handheld = floor.handheld()

    outcome = claim(floor, handheld)

    held = package(floor)
    assert outcome == {
        "outcome": "applied",
        "grant": {
            "lease": {
                "work": held.id,
                "package": held.id,
                "fence": 1,
                "duration_ms": LEASE_MS,
            }
        },
    }
    assert (held.state, held.holder, held.fence) == ("leased", handheld.stream, 1)
    assert (held.leased_at, held.lease_until) == (floor.now, floor.now + LEASE_MS)


def test_claiming_again_what_one_holds_raises_no_fence() -> None:
    floor = released()
    handheld = floor.handheld()
    claim(floor, handheld)

    outcome = claim(floor, handheld)

    assert outcome["grant"]["lease"]["fence"] == package(floor).fence == 1


@pytest.mark.spec("DP-LEASE-2")
def test_renewing_holds_longer_and_raises_no_fence() -> None:
    floor = released()
    handheld = floor.handheld()
    claim(floor, handheld)
    floor.now += 60_000

    outcome = handheld.do(Renew(work=package(floor).id, ended=ONLINE + 60_000))[0]

    assert outcome["grant"]["lease"]["fence"] == 1
    assert package(floor).lease_until == floor.now + LEASE_MS


def test_package_that_another_holds_is_refused() -> None:
    floor = released()
    holder = floor.handheld(1)
    claim(floor, holder)

    outcome = claim(floor, floor.handheld(2))

    assert (outcome["outcome"], outcome["code"]) == ("refused", "held_by_other")
    assert outcome["actual"] == str(holder.stream)
    assert package(floor).holder == holder.stream


def test_lease_is_not_taken_over_before_its_grace_is_over() -> None:
    floor = released()
    claim(floor, floor.handheld(1))
    floor.now += LEASE_MS + GRACE_MS

    outcome = claim(floor, floor.handheld(2), ended=floor.now - START)

    assert outcome["code"] == "held_by_other"


@pytest.mark.spec("DP-LEASE-2")
def test_takeover_after_lease_and_grace_raises_the_fence() -> None:
    floor = released()
    claim(floor, floor.handheld(1))
    floor.now += LEASE_MS + GRACE_MS + 1
    second = floor.handheld(2)

    outcome = claim(floor, second, ended=floor.now - START)

    assert outcome["grant"]["lease"]["fence"] == 2
    assert (package(floor).holder, package(floor).fence) == (second.stream, 2)


def test_package_that_was_handed_back_is_free_and_its_next_fence_higher() -> None:
    floor = released()
    first = floor.handheld(1)
    claim(floor, first)

    (handed,) = first.do(HandBack(work=package(floor).id, ended=ONLINE))
    free = package(floor)
    outcome = claim(floor, floor.handheld(2))

    assert handed == {"outcome": "applied"}
    assert (free.state, free.holder, free.lease_until) == ("ready", None, None)
    assert outcome["grant"]["lease"]["fence"] == 2


def test_package_that_is_done_is_handed_back_as_done() -> None:
    floor = released()
    handheld = floor.handheld()
    claim(floor, handheld)
    handheld.do(pick(floor, 4, ended=ONLINE))

    handheld.do(HandBack(work=package(floor).id, ended=ONLINE + 1))

    assert (package(floor).state, package(floor).holder, package(floor).open) == (
        "done",
        None,
        None,
    )


@pytest.mark.parametrize("intent", [Claim, Renew])
@pytest.mark.spec("DP-LEASE-3")
def test_intent_that_comes_late_is_refused(intent: type[Claim | Renew]) -> None:
    floor = released()

    (late,) = floor.handheld().do(intent(work=package(floor).id, ended=ONLINE - 60_001))

    assert (late["outcome"], late["code"], late["expected"]) == ("refused", "too_late", "60000")
    assert package(floor).holder is None


def test_intent_is_worth_answering_for_as_long_as_it_says() -> None:
    floor = released()
    handheld = floor.handheld()
    work = package(floor).id

    (late,) = handheld.do(Claim(work=work, ended=ONLINE - 90_000, valid_for_ms=89_999))
    (timely,) = handheld.do(Claim(work=work, ended=ONLINE - 89_000, valid_for_ms=90_000))

    assert (late["outcome"], timely["outcome"]) == ("refused", "applied")


def test_work_that_is_not_there_or_done_is_refused() -> None:
    floor = released()
    handheld = floor.handheld()
    work = package(floor).id

    (unknown,) = handheld.do(Claim(work=77, ended=ONLINE))
    handheld.do(pick(floor, 4, ended=ONLINE + 1))
    (done,) = handheld.do(Claim(work=work, ended=ONLINE + 2))

    assert (unknown["code"], done["code"]) == ("no_such_work", "no_such_work")


@pytest.mark.parametrize("intent", [Renew, HandBack])
def test_what_one_does_not_hold_is_neither_renewed_nor_handed_back(
    intent: type[Renew | HandBack],
) -> None:
    floor = released()
    claim(floor, floor.handheld(1))
    second = floor.handheld(2)

    (others,) = second.do(intent(work=package(floor).id, ended=ONLINE))
    (unknown,) = second.do(intent(work=77, ended=ONLINE))

    assert (others["code"], unknown["code"]) == ("not_held", "not_held")
    assert package(floor).holder == 1_000_001


def test_work_within_the_lease_is_applied() -> None:
    floor = released()
    handheld = floor.handheld()
    claim(floor, handheld)
    leased = {"package": package(floor).id, "fence": 1}

    (outcome,) = handheld.do(pick(floor, 4, ended=ONLINE + LEASE_MS, **leased))

    assert outcome.get("code") in (None, "impossible_time")


def test_work_after_the_lease_is_posted_and_flagged() -> None:
    floor = released()
    handheld = floor.handheld()
    claim(floor, handheld)
    floor.now += LEASE_MS + 10_000
    leased = {"package": package(floor).id, "fence": 1}

    (outcome,) = handheld.do(pick(floor, 4, ended=ONLINE + LEASE_MS + 10_000, **leased))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "lease_expired")
    assert floor.balances()["T-1", A1] == 4


@pytest.mark.spec("DP-LEASE-2")
def test_work_under_a_lease_that_was_taken_over_is_posted_and_flagged() -> None:
    floor = released()
    first = floor.handheld(1)
    claim(floor, first)
    floor.now += LEASE_MS + GRACE_MS + 1
    claim(floor, floor.handheld(2), ended=floor.now - START)
    leased = {"package": package(floor).id, "fence": 1}

    (outcome,) = first.do(pick(floor, 4, ended=ONLINE + 1, **leased))

    assert (outcome["code"], outcome["expected"], outcome["actual"]) == (
        "lease_taken_over",
        "2",
        "1",
    )
    assert floor.balances()["T-1", A1] == 4


def test_work_for_a_package_that_nobody_knows_is_posted_and_flagged() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 4, package=77))

    assert (outcome["code"], outcome["actual"]) == ("unknown_package", "77")
    assert floor.balances()["T-1", A1] == 4


def test_lease_that_nobody_holds_can_not_have_ended() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 4, package=package(floor).id))

    assert outcome == {"outcome": "applied"}
