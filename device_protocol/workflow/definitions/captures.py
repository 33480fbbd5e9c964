"""What workflows have in common: how goods are shown, told and asked about; which van it is."""

from typing import Literal

from device_protocol.workflow.definition import Choice, State, Take, Way

SHOWN = {"item": "goods.item", "description": "goods.description", "code": "goods.code"}
"""What prompts show of the goods at hand."""
TOLD = {
    "quantity": "quantity",
    "packs": "packs",
    "code": "goods.code",
    "owner": "goods.owner",
    "item": "goods.item",
    "lot": "lot",
    "serial": "serial",
    "condition": "condition",
}
"""What operations say of the goods at hand."""
LINE = {
    "place": "line.place",
    "item": "line.item",
    "description": "line.description",
    "quantity": "expected",
}
"""What prompts show of a line that leads to goods."""
WHY = (
    Choice("not_wanted", "why.not_wanted"),
    Choice("wrong_goods", "reason.wrong_goods"),
    Choice("damaged", "reason.damaged"),
    Choice("defective", "why.defective"),
    Choice("other", "why.other"),
)
"""Why goods go back."""
VAN = State(
    name="van",
    fills="van",
    prompt="deliver.van",
    when=("!work.van",),
    takes=(Take("place", kinds=("van",), unknown="ask"),),
)
"""Asks for the van, where the work does not say it."""
EXPIRY = State(
    name="expiry",
    fills="expiry",
    prompt="goods.expiry",
    fields=SHOWN,
    when=("goods.expiry_capture=receipt",),
    takes=(Take("expiry"),),
    ways=(Way("skip", "pass"),),
)
"""Asks for the date of goods whose item wants it."""


def lot(at: Literal["receipt", "shipping"] = "receipt") -> State:
    """Return the state that asks for the lot, where the item wants it at this point."""
    return State(
        name="lot",
        fills="lot",
        prompt="goods.lot",
        fields=SHOWN,
        when=(f"goods.lot_capture={at}",),
        takes=(Take("lot"),),
        ways=(Way("skip", "pass"),),
    )


def serial(*when: str, fresh: Literal["", "here", "everywhere"] = "", at: str = "receipt") -> State:
    """Return the state that asks for the serial, where the item wants it at this point."""
    return State(
        name="serial",
        fills="serial",
        prompt="goods.serial",
        fields=SHOWN,
        when=when or (f"goods.serial_capture={at}",),
        takes=(Take("serial", fresh=fresh),),
        ways=(Way("skip", "pass"),),
    )
