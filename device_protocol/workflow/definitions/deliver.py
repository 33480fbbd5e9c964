"""Delivering at the door, and attempts that fail.

1. The parcel is scanned; one that is on no stop of the round is asked about.
2. Where money is to be collected, it is taken first: all of it by one key, or another amount keyed
   in the smallest unit; WRONG says that nobody pays, and the parcel stays. It is asked once for
   all parcels of a door, for what is still due.
3. To whom it was handed: the person, a neighbour, or a place that was agreed on. Where the consumer
   has a one-time code, it is typed as it is said; SKIP if nobody knows it. Where age or identity is
   to be checked, how it was is asked: the result is told, never a number. WRONG says that the
   person did not pass.
4. SHORT after the scan says with a reason that it could not be delivered; DAMAGED is such a reason.
   Where trying again makes sense, the day for it is asked; SKIP if nobody knows. The parcel stays
   in the van.
5. DONE ends the round; parcels that nobody tried are told before.
"""

from itertools import starmap

from device_protocol.workflow.definition import (
    Choice,
    Definition,
    Emit,
    Options,
    State,
    Take,
    Way,
)
from device_protocol.workflow.definitions.captures import VAN

_CHECKS = {
    "age_16": "deliver.age_16",
    "age_18": "deliver.age_18",
    "identity": "deliver.identity",
}
_TRIED = {"unit": "unit", "stop": "line.stop", "arrived": "now.began"}


def _check(name: str, prompt: str) -> State:
    """Ask how it was checked that the person is who may take it."""
    return State(
        name=name,
        fills="checked",
        prompt=prompt,
        fields={"unit": "unit"},
        when=(f"line.check={name}", "handed=person", "!short"),
        takes=(
            Take(
                "choice",
                choices=(
                    Choice("seen_document", "checked.document"),
                    Choice("known_person", "checked.known"),
                ),
            ),
        ),
        ways=(Way("wrong", "short", "check_failed"),),
    )


DELIVER = Definition(
    name="deliver",
    version=3,
    plan="matched",
    opening=("van",),
    cycle=("parcel", "next_date", "cash", "handed", *_CHECKS, "code"),
    states=(
        VAN,
        State(
            name="parcel",
            fills="unit",
            prompt="deliver.parcel",
            takes=(Take("unit", into="unit", unplanned="ask", unknown="ask"),),
        ),
        State(
            name="next_date",
            fills="next_date",
            prompt="deliver.next_date",
            fields={"unit": "unit"},
            when=("short", "!short=refused", "!short=damaged"),
            takes=(Take("expiry"),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="cash",
            fills="paid",
            prompt="deliver.cash",
            fields={"unit": "unit", "amount": "due_text"},
            when=("due", "!short"),
            takes=(
                Take("choice", choices=(Choice("exact", "cash.exact"),)),
                Take("number", into="taken"),
            ),
            ways=(Way("wrong", "short", "not_paid"),),
        ),
        State(
            name="handed",
            fills="handed",
            prompt="deliver.handed",
            fields={"unit": "unit", "number": "line.number"},
            when=("!short",),
            takes=(
                Take(
                    "choice",
                    choices=(
                        Choice("person", "handed.person"),
                        Choice("neighbour", "handed.neighbour"),
                        Choice("place", "handed.place"),
                    ),
                ),
            ),
        ),
        *starmap(_check, _CHECKS.items()),
        State(
            name="code",
            fills="typed",
            prompt="deliver.code",
            fields={"unit": "unit"},
            when=("line.asks_code", "handed=person", "!short"),
            takes=(Take("text"),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit(
            "deliver",
            _TRIED
            | {"source": "van|work.van", "to": "handed", "typed": "typed", "reason": "checked"}
            | {"taken": "paid_minor", "currency": "paid_currency"},
        ),
    ),
    short=Emit("fail_delivery", _TRIED | {"reason": "short", "next_date": "next_date"}),
    keeps=("van",),
    ways=(
        Way("short", "short", when=("unit", "!short")),
        Way("damaged", "short", "damaged", when=("unit", "!short")),
    ),
    options=Options(
        reasons=("absent", "refused", "no_access", "wrong_address", "damaged", "no_time"),
    ),
)
