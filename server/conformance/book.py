"""What a client's work must have come to in the server's book."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from device_protocol import digest
from server.conformance.world import SITE, World
from server.db.bulk import select_records
from server.identity.records import Device
from server.lane.activity import DEVICES
from server.lane.models import OPERATION, STREAM
from server.ledger.models import BALANCE, PLACE
from server.sync.pull import scopes_of, sums_of
from server.sync.verify import verify
from server.tasks.origins import TAKEN_BEFORE

TAKEN = ("applied", "flagged")


class _Said(msgspec.Struct, frozen=True):
    activity: str = ""


class _Outcome(msgspec.Struct, frozen=True):
    outcome: str


def faults_of(
    world: World, states: Iterable[dict[str, Any]], sure: Iterable[str], unsure: Iterable[str]
) -> list[str]:
    """Say what is not as it must be: each act once, chains and replicas equal, the book sound.

    `states` are the clients' own, with `signed` where somebody signed in; `sure` are acts that were
    answered, `unsure` acts whose client was killed before it could answer.
    """
    world.core.drain()
    taken = effects(world)
    faults = [f"act {act} took effect {taken[act]} times" for act in sure if taken[act] != 1]
    faults += [f"act {act} took effect {taken[act]} times" for act in unsure if taken[act] > 1]
    faults += [f"{found.kind} {found.row}: {found.detail}" for found in _verified(world)]
    units, acts = units_in_bins(world), taken.total()
    if units != acts:
        faults.append(f"{units} units stand in the bins after {acts} acts")
    for state in states:
        faults += stream_faults(world, state)
        faults += replica_faults(world, state)
    return faults


def effects(world: World) -> Counter[str]:
    """Count how often each act took effect."""
    taken: Counter[str] = Counter()
    wanted = sa.select(OPERATION.c.line, OPERATION.c.outcome).where(OPERATION.c.stream >= DEVICES)
    with world.core.database.reading() as connection:
        for line, outcome in connection.execute(wanted):
            act = _activity(line)
            told = msgspec.json.decode(outcome, type=_Outcome).outcome
            if act and told in TAKEN and outcome != TAKEN_BEFORE:
                taken[act] += 1
    return taken


def units_in_bins(world: World) -> int:
    """Add up what stands in all bins."""
    joined = BALANCE.join(
        PLACE, sa.and_(PLACE.c.site == BALANCE.c.site, PLACE.c.id == BALANCE.c.place)
    )
    wanted = sa.select(sa.func.sum(BALANCE.c.quantity)).select_from(joined)
    with world.core.database.reading() as connection:
        return int(connection.scalar(wanted.where(PLACE.c.kind == "bin")) or 0)


def stream_faults(world: World, state: dict[str, Any]) -> list[str]:
    """Compare a client's own tail with the server's."""
    wanted = sa.select(STREAM.c.next, STREAM.c.head).where(
        STREAM.c.site == SITE,
        STREAM.c.stream == state["device"],
        STREAM.c.epoch == state["epoch"],
    )
    with world.core.database.reading() as connection:
        row = connection.execute(wanted).first()
    theirs = (state["seq"], state["head"])
    ours = (row.next - 1, row.head.hex()) if row is not None else None
    where = f"device {state['device']}, epoch {state['epoch']}"
    faults = [] if ours == theirs else [f"{where}: the client ends at {theirs}, the book at {ours}"]
    if state["pending"]:
        faults.append(f"{where}: {state['pending']} lines are still pending")
    return faults


def replica_faults(world: World, state: dict[str, Any]) -> list[str]:
    """Compare what a client holds of each scope with the server's view, if anybody signed in."""
    if not state["signed"]:
        return []
    held = state["scopes"]
    with world.core.database.reading() as connection:
        [device] = select_records(connection, Device, Device.KEY, [(SITE, state["device"])])
        scopes = scopes_of(connection, device, world.person)
        sums = {scope.text: total for scope, total in sums_of(connection, scopes).items()}
    faults = []
    for scope, total in sums.items():
        theirs = held.get(scope, {"count": 0, "sum": digest.encode_sum(0)})
        ours = (total.count, total.sum.hex())
        if ours != (theirs["count"], theirs["sum"]):
            faults.append(f"scope {scope}: the client holds {theirs}, the book {ours}")
    strangers = sorted(set(held) - set(sums))
    return [*faults, *(f"scope {scope} is not this device's" for scope in strangers)]


def _verified(world: World) -> list[Any]:
    return verify(world.core.database, world.core.rules).findings


def _activity(line: bytes) -> str:
    try:
        return msgspec.json.decode(line, type=_Said).activity
    except msgspec.MsgspecError:
        return ""
