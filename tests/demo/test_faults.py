"""Faults depend on seed, device, kind of message and attempt alone."""

from collections import Counter

from server.demo.faults import FAULTS, NO_FAULTS, SPELL_MAX, FaultPlan, Rates


def drawn(plan: FaultPlan, device: str = "D01", kind: str = "push") -> list[str]:
    return [plan.fault(device, kind, attempt) for attempt in range(1, 400)]


def test_same_seed_gives_same_faults_in_any_order_of_asking() -> None:
    forwards = drawn(FaultPlan(7))
    plan = FaultPlan(7)
    backwards = [plan.fault("D01", "push", attempt) for attempt in range(399, 0, -1)]
    assert forwards == backwards[::-1]
    assert set(forwards) == {"none", *FAULTS}


def test_other_seed_device_or_kind_gives_other_faults() -> None:
    base = drawn(FaultPlan(7))
    assert drawn(FaultPlan(8)) != base
    assert drawn(FaultPlan(7), device="D02") != base
    assert drawn(FaultPlan(7), kind="pull") != base


def test_offline_spells_last_and_end() -> None:
    plan = FaultPlan(3, Rates(0, 0, 0, 0, 0, 0, offline=100))
    found = drawn(plan)
    spells = "".join("x" if fault == "offline" else " " for fault in found).split()
    assert max(map(len, spells)) > 1
    assert Counter(found)["none"] > len(found) // 2
    assert plan.delay_ms("D01", "push", 1) >= 1
    assert SPELL_MAX > 1


def test_what_gives_out_rights_is_never_repeated() -> None:
    plan = FaultPlan(1, Rates(0, 0, 0, duplicate=500, echo=500, delay=0, offline=0))
    assert set(drawn(plan, kind="sign_in")) == {"none"}
    assert set(drawn(plan, kind="push")) == {"duplicate", "echo"}


def test_no_faults_are_none() -> None:
    assert set(drawn(FaultPlan(1, NO_FAULTS))) == {"none"}
