"""What goes wrong in a day besides the network: machines, backups, supervisors, other versions."""

import random
from typing import TYPE_CHECKING

import msgspec

from server.identity.messages import CommandDevice
from server.lane.records import StoredOperation
from server.simulation.books import Copy
from server.simulation.desk import MINUTE_MS
from server.simulation.handsets import FUTURE, OLD, Handset
from server.simulation.machines import FragileStore
from server.simulation.opening import HOUR_MS
from server.tasks.devices import SetDeviceState

if TYPE_CHECKING:
    from server.simulation.world import World

YEARS_MS = 10 * 365 * 24 * HOUR_MS


class Troubles:
    """Makes happen what the rates of a seed say."""

    def __init__(self, world: "World") -> None:
        """Trouble a world."""
        self.world = world
        self.chance = world.chance
        self.faults = world.faults
        self.schedule = world.schedule
        self._end = 0

    def plan(self, end: int) -> None:
        """Plan what happens once, at some time until the end of the day."""
        self._end = end
        plans = {
            "device_clone": self._clone,
            "device_restore": self._plan_device_restore,
            "server_restore": self._plan_server_restore,
            "suspended": self._suspend,
            "revoked": self._revoke,
            "key_rotated": self._rotate,
            "old_app": lambda: self._change_app("old_app"),
            "new_app": lambda: self._change_app("new_app"),
        }
        for fault, planned in plans.items():
            if fault in self.faults.rates.planned:
                self.schedule.at(self._some_time(), planned)

    def suffer(self, handset: Handset) -> None:
        """Whatever may befall a machine while its person works."""
        faults = self.faults
        if handset.syncing:
            # Whatever befalls the machine in the middle of a call is a crash of the app.
            return
        if faults.hits("reboot"):
            handset.reboot()
        if faults.hits("clock_jump"):
            jumps = (HOUR_MS, -HOUR_MS, self.chance.randint(-YEARS_MS, YEARS_MS))
            handset.machine.wall_offset += self.chance.choice(jumps)
        if faults.hits("disk_full"):
            store = handset.store
            store.full = True
            self.schedule.after(self.chance.randint(5, 40) * MINUTE_MS, lambda: _freed(store))
        if faults.hits("session_ended"):
            handset.session = ""
        if faults.rates.of("drift") and self.chance.random() < faults.rates.of("drift"):
            self._drift(handset)

    def _drift(self, handset: Handset) -> None:
        """A document rots in the store, and the device does not know."""
        store = handset.store
        held = [
            (scope, document)
            for scope in sorted(store.scopes())
            for document in store.documents(scope)
        ]
        if not held:
            return
        scope, document = self.chance.choice(held)
        rot = self.chance.random()
        if rot < 0.4:  # noqa: PLR2004 - gone.
            store.remove_document(scope, document.key)
        elif rot < 0.8:  # noqa: PLR2004 - altered.
            rotten = msgspec.structs.replace(document, body=document.body.replace(b"1", b"7"))
            store.put_document(scope, rotten)
        else:
            # A broken index: each of two shows what the other says.
            other = next(store.documents(scope))
            store.put_document(scope, msgspec.structs.replace(document, body=other.body))
            store.put_document(scope, msgspec.structs.replace(other, body=document.body))
        handset.rotted = True
        self.faults.note("drift")

    def _clone(self) -> None:
        handset = self._any_handset()
        if not handset.device.outbox.enrolled:
            return
        self.faults.note("device_clone")
        twin = self.world.add(f"{handset.name}'", handset.store.copied(), handset.person)
        twin.session, twin.actor = handset.session, handset.actor
        twin.rotted = handset.rotted

    def _plan_device_restore(self) -> None:
        handset = self._any_handset()
        copy, number = handset.store.copied(), len(self.world.truth.acts)
        self.world.tell(handset.name, "a copy of it is kept")
        self.schedule.at(self._some_time(), lambda: self._restore_device(handset, copy, number))

    def _restore_device(self, handset: Handset, copy: FragileStore, number: int) -> None:
        if handset.syncing:
            self.schedule.after(MINUTE_MS, lambda: self._restore_device(handset, copy, number))
            return
        for act in list(self.world.truth.acts.values())[number:]:
            if act.handset == handset.name:
                act.lost = True
        self.faults.note("device_restore")
        handset.put_back(copy)

    def _plan_server_restore(self) -> None:
        backup = self.world.house.book.copy()
        self.world.tell("", "a backup is made")
        self.schedule.at(self._some_time(), lambda: self._restore_server(backup))

    def _restore_server(self, backup: Copy) -> None:
        self.faults.note("server_restore")
        for act in self.world.truth.acts.values():
            if any(
                act.handset == each.name and not each.device.outbox.enrolled
                for each in self.world.handsets
            ):
                # It had sent everything and was told to wipe: only the server had it.
                act.lost = True
        self.world.house.restore(backup)
        rows = self.world.house.book.rows(StoredOperation)
        self.world.journal.restored({(row.stream, row.epoch, row.seq) for row in rows})

    def _suspend(self) -> None:
        handset = self._any_handset()
        self.faults.note("suspended")
        self.set_state(handset, "suspended")
        self.schedule.at(self._some_time(), lambda: self.set_state(handset, "active"))

    def _revoke(self) -> None:
        self.faults.note("revoked")
        self.set_state(self._any_handset(), "revoked")

    def _rotate(self) -> None:
        """A supervisor has a device change its key: not where copies of the old one are about."""
        if self.faults.rates.planned & {"device_clone", "device_restore"}:
            return
        handset = self._any_handset()
        self.faults.note("key_rotated")
        self.world.house.insist(
            handset.site, CommandDevice(device=handset.number, command="rotate_key")
        )

    def set_state(self, handset: Handset, state: str) -> None:
        """A supervisor changes what a device may do."""
        self.world.tell(handset.name, state)
        self.world.house.insist(handset.site, SetDeviceState(device=handset.number, state=state))

    def _change_app(self, fault: str) -> None:
        handset = self._any_handset()
        self.faults.note(fault)
        handset.speaks = OLD if fault == "old_app" else FUTURE
        if not handset.syncing:
            handset.restart()

    def _some_time(self) -> int:
        return self.chance.randint(self.schedule.now, max(self.schedule.now, self._end))

    def _any_handset(self) -> Handset:
        return self.chance.choice(self.world.handsets)


def newer_line(handset: Handset, name: str, chance: random.Random) -> bytes:
    """What a newer app writes: a kind, version or field that this server does not know."""
    line: dict[str, object] = {"activity": name, "boot": handset.device.boot}
    line |= {"ended": handset.device.now_ms(), "mood": "sunny"}
    line |= chance.choice(
        (
            {"kind": "teleport", "to": "A-01"},
            {"kind": "receive", "version": 9, "quantity": 1, "to": "A-01"},
            {"kind": "receive", "quantity": 1, "owner": "ACME", "item": "S1", "to": "A-01"},
        )
    )
    return msgspec.json.encode(line)


def _freed(store: FragileStore) -> None:
    store.full = False
