"""Running a seed: the world lives, the auditor looks, and a failure says how it came about."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import NamedTuple

from server.identity.records import Device
from server.lane.lane import Rules
from server.simulation.again import check_orders, check_replay
from server.simulation.auditor import check_alarms, check_replica, check_rows, told_by_codes
from server.simulation.books import Book
from server.simulation.evidence import Evidence
from server.simulation.handsets import Handset, Maker
from server.simulation.journal import Breach
from server.simulation.model import check_goods
from server.simulation.opening import plain_rules
from server.simulation.sealing import cheap_signatures
from server.simulation.world import World
from server.sync.push import PushRules
from server.sync.records import Scope

EVENTS_SHOWN = 60
DEEP_EVERY = 40
"""Replay (I8) and other orders of arrival (I14) cost more than the day: one seed in forty.

Those days are also the ones with real signatures.
"""


class Result(NamedTuple):
    """What a seed came to."""

    seed: int
    operations: int
    """Stored operations of devices, desks, timers and lanes."""
    lines: int
    """Those of devices."""
    seconds: float
    """Time of the processor, the audit included."""
    rounds: int
    """Rounds until everything had drained."""
    faults: Counter[str]
    outcomes: Counter[str]
    breaches: list[Breach]
    trace: list[str]
    """The last events of those concerned, where something was broken."""


def run_seed(
    seed: int,
    *,
    book: Book | None = None,
    rules: Callable[[], Rules] = plain_rules,
    maker: Maker | None = None,
    deep: bool | None = None,
    whole_trace: bool = False,
) -> Result:
    """Run one seed and audit it."""
    began = time.thread_time()
    world = World(seed, book=book, rules=rules, maker=maker)
    breaches: list[Breach] = []
    deep_seed = seed % DEEP_EVERY == 0
    try:
        with nullcontext() if deep_seed else cheap_signatures():
            world.run()
    except Exception as error:  # noqa: BLE001 - a fault of ours is a finding, with its seed.
        breaches.append(Breach("crash", f"{type(error).__name__}: {error}"))
    evidence = Evidence.of(world.house.book)
    if not breaches:
        breaches += audit(world, evidence, deep=deep_seed if deep is None else deep)
    return Result(
        seed=seed,
        operations=len(evidence.operations),
        lines=len(evidence.told),
        seconds=time.thread_time() - began,
        rounds=world.rounds,
        faults=world.faults.happened,
        outcomes=told_by_codes(evidence.told),
        breaches=breaches,
        trace=trace_of(world, breaches, whole=whole_trace) if breaches or whole_trace else [],
    )


def audit(world: World, evidence: Evidence, *, deep: bool) -> list[Breach]:
    """Check everything."""
    breaches = list(world.journal.breaches)
    breaches += check_rows(world.truth.acts, world.journal, evidence)
    breaches += check_goods(evidence, world.truth.acts)
    for handset in world.handsets:
        alarms = handset.device.replica.alarms()
        breaches += check_alarms(handset.number, alarms, rotted=handset.rotted)
        if follows(world, handset):
            allowed = scopes_of(world, handset)
            breaches += check_replica(handset.number, allowed, handset.store, evidence)
    if deep and not breaches:
        rules = world.house.rules
        if isinstance(rules, PushRules):
            breaches += check_replay(world.house.book, rules)
        breaches += check_orders(
            evidence, world.truth.acts, plain_rules, world.house.now(), world.seed
        )
    return breaches


def follows(world: World, handset: Handset) -> bool:
    """Whether a device may pull, and so must equal the server's view."""
    device = world.house.book.row(Device, (handset.site, handset.number))
    return device is not None and device.state == "active" and bool(handset.session)


def scopes_of(world: World, handset: Handset) -> set[str]:
    """The scopes that a device may hold, by the rule that a person would give."""
    site, book = handset.site, world.house.book
    scopes = {f"{site}/device/{handset.number}", f"{site}/zone/0", f"{site}/zone/pack"}
    scopes.add(f"{site}/site/all")
    scopes |= {f"{site}/person/{person}" for person in world.journal.people[handset.number]}
    for scope in book.rows(Scope):
        if scope.scope.startswith((f"{site}/zone/", "0/owner/")):
            scopes.add(scope.scope)
    return scopes


def trace_of(world: World, breaches: list[Breach], *, whole: bool) -> list[str]:
    """The last events of the devices concerned, for a person to read."""
    concerned = {device for breach in breaches for device in breach.devices}
    names = {each.name for each in world.handsets if not concerned or each.number in concerned}
    events = [event for event in world.trace if whole or not event.who or event.who in names]
    shown = events if whole else events[-EVENTS_SHOWN:]
    return [f"{event.at - world.end:>+12,} ms  {event.who:5} {event.what}" for event in shown]
