"""Tells every lane of a restored book that it is one."""

import sqlalchemy as sa

from server.db.engine import Database
from server.lane.activity import TIMER
from server.lane.models import LANE
from server.sync.lanes import Lanes
from server.tasks.restoring import Restored

ANSWER_S_MAX = 60


def tell_restored(lanes: Lanes, database: Database) -> list[int]:
    """Raise the generation of each lane; answer their sites."""
    with database.reading() as connection:
        sites = list(connection.scalars(sa.select(LANE.c.site).order_by(LANE.c.site)))
    for site in sites:
        lanes.say(site, TIMER, Restored()).result(ANSWER_S_MAX)
    return sites
