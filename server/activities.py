"""Every kind of operation that a lane can decide: the one list."""

from server.catalog import rules as catalog
from server.identity import devices as identity_devices
from server.identity import people
from server.lane.activity import Activity
from server.ledger import locations
from server.merchants import rules as merchants
from server.orders import cancelling as orders_cancelling
from server.orders import intake, progress, promising
from server.sites import rules as sites
from server.tasks import (
    binding,
    cancelling,
    counting,
    delivering,
    handover,
    leases,
    loading,
    moving,
    numbers,
    packing,
    picking,
    planning,
    receiving,
    restoring,
    shortages,
    timers,
    waves,
)
from server.tasks.correcting import CORRECTIONS
from server.tasks.devices import SET_DEVICE_STATE
from server.tasks.reconsidering import reconsider_activity
from server.tasks.resolving import RESOLUTIONS
from server.tasks.undoing import undo_activity
from server.transport import rounds


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
    reconsider_activity(by_message),
    numbers.TAKE_NUMBERS,
    numbers.VOID_NUMBER,
    packing.PACK,
    packing.SEAL,
    rounds.MAKE_ROUND,
    rounds.MAKE_ROUNDS,
    rounds.ASSIGN_ROUND,
    loading.OPEN_MANIFEST,
    loading.LOAD,
    loading.CLOSE_MANIFEST,
    delivering.DELIVER,
    delivering.FAIL_DELIVERY,
    delivering.BRING_BACK,
    handover.TAKE_OVER,
    handover.GIVE_BACK,
    handover.PARCEL_PROGRESS,
    intake.PLACE_ORDER,
    intake.EXPECT_RETURN,
    orders_cancelling.CANCEL_ORDER,
    progress.ORDER_PROGRESS,
    promising.OPEN_SHIPMENT,
    cancelling.CANCEL_SHIPMENT,
    waves.RELEASE_WAVE,
    planning.PLAN_WAVE,
    shortages.REALLOCATE,
    shortages.RETRY_SHORTAGES,
    timers.TICK,
    restoring.RESTORED,
    *RESOLUTIONS,
    *CORRECTIONS,
    *sites.ACTIVITIES,
    *merchants.ACTIVITIES,
    *catalog.ACTIVITIES,
    *locations.ACTIVITIES,
    *identity_devices.ACTIVITIES,
    *people.ACTIVITIES,
    SET_DEVICE_STATE,
)
