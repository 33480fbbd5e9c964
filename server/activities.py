"""Every kind of operation that a lane can decide: the one list."""

from server.lane.activity import Activity
from server.tasks import binding, counting, leases, moving, picking, receiving
from server.tasks.undoing import undo_activity


def by_message() -> dict[type, Activity]:
    """The activities by the message they take."""
    return {activity.message: activity for activity in ACTIVITIES}


ACTIVITIES: tuple[Activity, ...] = (
    receiving.RECEIVE,
    moving.MOVE,
    moving.MOVE_UNIT,
    counting.COUNT,
    counting.START_TOTE,
    binding.BIND,
    picking.PICK,
    picking.SHORT_PICK,
    leases.CLAIM,
    leases.RENEW,
    leases.HAND_BACK,
    undo_activity(by_message),
)
