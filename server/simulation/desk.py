"""The desks of the simulated company: orders are sold, waves released, timers tick."""

import random

from server.lane.activity import NETWORK, TIMER
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.timers import Tick
from server.planning.waves import ReleaseWave
from server.simulation.house import House
from server.simulation.opening import HOUR_MS, PLAIN, SITES

MINUTE_MS = 60_000
SITE = 1
"""The site that fulfils orders."""


class Desk:
    """People and clocks that speak to lanes without a device."""

    def __init__(self, house: House, chance: random.Random, owner: int) -> None:
        """Sell the goods of one merchant."""
        self._house = house
        self._chance = chance
        self._owner = owner

    def plan(self, end: int) -> None:
        """Plan what happens from now until the end of the day."""
        schedule = self._house.schedule
        moment = schedule.now
        while moment < end:
            moment += self._chance.randint(5 * MINUTE_MS, 15 * MINUTE_MS)
            schedule.at(moment, self._deliver)
        for hour in (1, 2):
            schedule.after(hour * HOUR_MS - HOUR_MS // 2, self._sell)
            schedule.after(hour * HOUR_MS, self._release)
            schedule.after(hour * HOUR_MS, self._tick)

    def _deliver(self) -> None:
        self._house.deliver()

    def _tick(self) -> None:
        for site in SITES:
            self._house.insist(site, Tick(), stream=TIMER)

    def _sell(self) -> None:
        orders = []
        for place in range(self._chance.randint(2, 5)):
            skus = self._chance.sample(PLAIN, self._chance.randint(1, 2))
            lines = tuple(PlacedLine(sku, self._chance.randint(1, 3)) for sku in skus)
            number = f"{self._house.now()}-{place}"
            orders.append(
                PlaceOrder(
                    owner=self._owner,
                    channel="web",
                    number=number,
                    placed_at=self._house.now(),
                    site=SITE,
                    lines=lines,
                    content=f"{lines}",
                )
            )
        self._house.insist(NETWORK, *orders)
        self._house.deliver()

    def _release(self) -> None:
        self._house.insist(SITE, ReleaseWave(name="wave"))
        self._house.deliver()
