"""The shift: people with their devices, working at the same time, and meeting at barriers.

Between two barriers everybody works at places of their own; at a barrier every device that has a
network has brought its lines to the server, follow-up work is decided, and all know the same. So
the day does not depend on who is faster.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from server.demo.child import Child
from server.demo.desk import Desk
from server.demo.floor import Floor
from server.demo.handheld import Handheld, Post
from server.demo.proxy import Proxy
from server.demo.world import DEPOT, HUB, Day, World

WALK_S = 0.05
"""Nobody is at the next place at once; clocks are that exact at least."""
DEVICES_MIN = 4

T = TypeVar("T")


class Board(Protocol):
    """Where it is shown how the day goes."""

    def phase(self, name: str, jobs: int) -> None:
        """A phase begins, with so many people at work."""

    def done(self, jobs: int = 1) -> None:
        """Some of them are done."""

    def watch(self, crew: list[Handheld]) -> None:
        """These are the devices of the day."""


@dataclass
class Shift:
    """Everybody and everything of one day."""

    world: World
    floor: Floor
    child: Child
    desk: Desk
    proxy: Proxy
    crew: list[Handheld]
    board: Board
    day: Day
    kills: bool = True
    """Whether the server is killed once in the middle of each day."""
    walked: set[tuple[int, int]] = field(default_factory=set)
    """Packages that somebody has picked."""
    before: Counter[str] = field(default_factory=Counter)
    """How far the book agreed with the floor in the evenings, as the auditor measured it."""
    strike: str = ""
    """The device whose next push the server does not survive."""
    _striking: threading.Thread | None = None

    def open_day(self, day: Day) -> None:
        """A morning: nobody has counted anything yet."""
        self.day = day
        self.floor.counted.clear()

    def hands(self, site: int) -> list[Handheld]:
        """The floor's devices at a site."""
        return [each for each in self.crew if each.site == site and each.post.role == "floor"]

    def couriers(self, site: int) -> list[Handheld]:
        """The couriers' devices at home at a site."""
        return [each for each in self.crew if each.site == site and each.post.role == "courier"]

    def together(self, phase: str, jobs: Mapping[Handheld, Callable[[], object]]) -> None:
        """Let people work at the same time, then meet: nobody goes on before all have settled."""
        self.board.phase(phase, len(jobs))

        def worked(handheld: Handheld, job: Callable[[], object]) -> None:
            job()
            handheld.settle()
            self.board.done()

        with ThreadPoolExecutor(max(1, len(jobs)), thread_name_prefix="device") as pool:
            running = [pool.submit(worked, handheld, job) for handheld, job in jobs.items()]
            for each in running:
                each.result()
        if self._striking is not None:
            self._striking.join()
            self._striking = None
        time.sleep(WALK_S)

    def meet(self, phase: str = "everybody hears the news") -> None:
        """Decide all follow-up work, and tell it to everybody who has a network."""
        self.desk.drain()
        self.together(phase, dict.fromkeys(self.crew, nothing))

    def struck(self, device: str) -> bool:
        """Kill the server while this push is on its way, if that was asked for, and start it."""
        if device != self.strike:
            return False
        self.strike = ""

        def kill() -> None:
            self.child.kill()
            self.child.start()

        self._striking = threading.Thread(target=kill, name="strike")
        self._striking.start()
        return True

    def close(self) -> None:
        """Put everything away but the server."""
        if self._striking is not None:
            self._striking.join()
        self.proxy.close()
        for handheld in self.crew:
            handheld.close()
        self.desk.close()


def nothing() -> None:
    """Do nothing, and so only settle."""


def posts_of(world: World, devices: int) -> list[Post]:
    """Say who works where: a courier at home at each site, the others on the floors with goods."""
    if devices < DEVICES_MIN:
        message = f"a day needs {DEVICES_MIN} devices at least, not {devices}"
        raise ValueError(message)
    floors = [HUB] * (devices - 2)
    if DEPOT in world.stocked():
        floors[-1] = DEPOT
    places = [(site, "floor") for site in floors] + [(HUB, "courier"), (DEPOT, "courier")]
    people = [person for person in world.people if person.role == "operator"]
    return [
        Post(name=f"D{number:02}", site=site, role=role, person=person)
        for number, ((site, role), person) in enumerate(zip(places, people, strict=True), 1)
    ]


def dealt(hands: list[Handheld], work: Iterable[T]) -> dict[Handheld, list[T]]:
    """Deal pieces of work out one by one."""
    piles: dict[Handheld, list[T]] = {handheld: [] for handheld in hands}
    for place, piece in enumerate(work):
        piles[hands[place % len(hands)]].append(piece)
    return piles
