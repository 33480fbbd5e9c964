"""Every kind of operation that a lane can decide: the one list."""

from server.catalog import rules as catalog
from server.catalog.dispositions import PUT_DISPOSITION
from server.catalog.kits import PUT_KIT
from server.catalog.substitutes import PUT_SUBSTITUTES
from server.identity import devices as identity_devices
from server.identity import people
from server.inbound import announcing
from server.lane.activity import Activity
from server.ledger import locations
from server.merchants import rules as merchants
from server.orders import cancelling as orders_cancelling
from server.orders import hurrying as orders_hurrying
from server.orders import intake, progress, promising, returned
from server.planning import (
    cancelling,
    cartons,
    count_plans,
    count_policy,
    crossdock,
    hurrying,
    kit_orders,
    leases,
    putaway,
    recutting,
    releasing,
    replenishing,
    shortages,
    timers,
    wave_rules,
    waves,
    work_rules,
)
from server.service import hearing
from server.sites import rules as sites
from server.sites.workflows import PUT_WORKFLOW
from server.tasks import (
    arriving,
    assembling,
    binding,
    cashing,
    collecting,
    counting,
    delivering,
    discarding,
    giving,
    grading,
    handover,
    loading,
    moving,
    numbers,
    packing,
    picking,
    relabelling,
    restoring,
    returning,
    sealing,
    short_picking,
    sorting,
    steps,
    substituting,
    transfer_news,
    transferring,
    unsealing,
)
from server.tasks.correcting import CORRECTIONS
from server.tasks.devices import SET_DEVICE_STATE
from server.tasks.reconsidering import reconsider_activity
from server.tasks.resolving import RESOLUTIONS
from server.tasks.undoing import undo_activity
from server.transfers import ordering as transfers
from server.transport import exchanges, remitting, replanning, returnables, rounds


def by_message() -> dict[type, Activity]:
    """The activities by the message they take."""
    return {activity.message: activity for activity in ACTIVITIES}


ACTIVITIES: tuple[Activity, ...] = (
    arriving.RECEIVE,
    moving.MOVE,
    moving.MOVE_UNIT,
    counting.COUNT,
    counting.START_TOTE,
    binding.BIND,
    picking.PICK,
    short_picking.SHORT_PICK,
    substituting.DECIDE_SUBSTITUTE,
    sorting.SORT,
    leases.CLAIM,
    leases.RENEW,
    leases.HAND_BACK,
    undo_activity(by_message),
    reconsider_activity(by_message),
    numbers.TAKE_NUMBERS,
    numbers.VOID_NUMBER,
    packing.PACK,
    sealing.SEAL,
    unsealing.UNSEAL,
    steps.WORK_STEP,
    steps.ASK_STEP,
    cartons.PUT_CARTON,
    rounds.MAKE_ROUND,
    rounds.MAKE_ROUNDS,
    rounds.ASSIGN_ROUND,
    replanning.ADD_COLLECTIONS,
    replanning.DROP_COLLECTION,
    loading.OPEN_MANIFEST,
    loading.LOAD,
    loading.CLOSE_MANIFEST,
    delivering.DELIVER,
    delivering.FAIL_DELIVERY,
    delivering.BRING_BACK,
    cashing.HAND_OVER_CASH,
    collecting.ASK_COLLECTION,
    collecting.COLLECT,
    collecting.FAIL_COLLECTION,
    handover.TAKE_OVER,
    handover.GIVE_BACK,
    handover.PARCEL_PROGRESS,
    intake.PLACE_ORDER,
    intake.EXPECT_RETURN,
    orders_cancelling.CANCEL_ORDER,
    progress.ORDER_PROGRESS,
    promising.OPEN_SHIPMENT,
    cancelling.CANCEL_SHIPMENT,
    orders_hurrying.HURRY_ORDER,
    hurrying.HURRY_SHIPMENT,
    giving.GIVE_STOCK,
    waves.RELEASE_WAVE,
    wave_rules.PUT_WAVE_RULE,
    releasing.PLAN_WAVE,
    work_rules.PUT_WORK_RULE,
    recutting.RECUT_PACKAGES,
    recutting.HAND_OVER,
    shortages.REALLOCATE,
    shortages.RETRY_SHORTAGES,
    crossdock.CROSS_DOCK,
    *announcing.ACTIVITIES,
    timers.TICK,
    count_plans.PLAN_COUNTS,
    count_plans.PUT_COUNT_RULE,
    count_policy.PUT_COUNT_POLICY,
    count_policy.RANK_ITEMS,
    returning.TAKE_RETURN,
    grading.GRADE,
    discarding.DISCARD,
    relabelling.RELABEL,
    assembling.ASSEMBLE,
    kit_orders.ORDER_KITS,
    returned.RETURN_CAME,
    returned.REVIEW_RETURN,
    *hearing.ACTIVITIES,
    PUT_KIT,
    PUT_DISPOSITION,
    *transfers.ACTIVITIES,
    transferring.SEND_TRANSFER,
    transferring.TAKE_TRANSFER,
    transfer_news.TRANSFER_SENT,
    transfer_news.TRANSFER_CAME,
    restoring.RESTORED,
    *putaway.ACTIVITIES,
    *replenishing.ACTIVITIES,
    *RESOLUTIONS,
    *CORRECTIONS,
    *sites.ACTIVITIES,
    PUT_WORKFLOW,
    *merchants.ACTIVITIES,
    *catalog.ACTIVITIES,
    PUT_SUBSTITUTES,
    *locations.ACTIVITIES,
    *exchanges.ACTIVITIES,
    *remitting.ACTIVITIES,
    *returnables.ACTIVITIES,
    *identity_devices.ACTIVITIES,
    *people.ACTIVITIES,
    SET_DEVICE_STATE,
)
