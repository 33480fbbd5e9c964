"""Tables of planned work."""

from server.db.tables import table_of
from server.lane.models import IS_PARKED
from server.planning import records, storage

WAVE = table_of(records.Wave)
PACKAGE = table_of(records.Package)
NUMBER_RANGE = table_of(records.NumberRange)
VOIDED = table_of(records.Voided)
UNDONE = table_of(records.Undone)
RESOLUTION = table_of(records.Resolution)
RECONSIDERED = table_of(records.Reconsidered)
CARTON = table_of(records.Carton)
WORK_DONE = table_of(records.WorkDone)
PLACE_COUNT = table_of(records.PlaceCount)
COUNT_RULE = table_of(records.CountRule)
COUNT_POLICY = table_of(records.CountPolicy)
ITEM_CLASS = table_of(records.ItemClass)
WAVE_RULE = table_of(records.WaveRule)
WORK_RULE = table_of(records.WorkRule)
VERDICT = table_of(records.Verdict)
SUBSTITUTED = table_of(records.Substituted)
SLOT = table_of(records.Slot)
KIT_PROMISE = table_of(records.KitPromise)
PUTAWAY_RULE = table_of(storage.PutawayRule)
GUIDE = table_of(storage.Guide)
BROUGHT_BACK = table_of(storage.BroughtBack)
FULL_PLACE = table_of(storage.FullPlace)
STOWED = table_of(storage.Stowed)
PICK_FACE = table_of(storage.PickFace)
REPLENISHED = table_of(storage.Replenished)

PARKED_DUE_MS = 4 * 3_600_000
"""So long a parked line may wait until it is set aside or decided."""
OPERATION_NAME = """CAST(o.stream AS TEXT) || '/' || CAST(o.epoch AS TEXT) || '/' ||
    CAST(o.seq AS TEXT)"""
"""How a resolution names the operation o."""
IS_UNRESOLVED = f"""NOT EXISTS (SELECT 1 FROM resolution AS r WHERE r.site = o.site
    AND r.subject = 'parked' AND r.name = {OPERATION_NAME})"""  # noqa: S608 - our own parts.


def waits_parked(dialect: str) -> str:
    """The condition on `operation AS o` that it is parked and nobody has resolved it."""
    return f"{IS_PARKED[dialect]} AND {IS_UNRESOLVED}"
