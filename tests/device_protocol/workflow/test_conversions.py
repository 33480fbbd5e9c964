"""Returns and conversions: what the golden stories of these workflows do not tell."""

from typing import Any

from device_protocol.operations import DEVICE_LINE_BYTES_MAX
from device_protocol.workflow.texts import say
from tests.device_protocol.workflow.situations import CUP, PHONE, SITUATIONS, WATCH

PEN = "4006381333931"


def test_new_label_is_of_the_same_owner_also_where_a_code_asks() -> None:
    person = SITUATIONS["relabel"].person()

    person.all("A-1", CUP, "#1", "/1", PEN, "/2")

    assert (person.heard, person.prompt.state) == ("wrong.owner", "to_item")
    assert person.operations == []
    assert person.all(PEN, "/1").session.now.slots == {"place": "A-1"}
    assert person.operations[0]["to_item"] == "PEN"


def test_goods_that_nobody_knows_get_owner_and_item_of_their_new_label() -> None:
    person = SITUATIONS["relabel"].person()

    person.all("A-1", "4006381333930", "/yes", "#2", "/1", CUP)

    told = {name: person.operations[0][name] for name in ("code", "owner", "to_item", "quantity")}
    assert told == {"code": "4006381333930", "owner": "ACME", "to_item": "CUP", "quantity": 2}


def test_more_parts_than_a_line_holds_are_said_and_what_was_scanned_is_written() -> None:
    person = SITUATIONS["kit"].person()
    person.all("A-1", "/1", WATCH, "#1")
    heard: list[str] = []
    serials = [f"SERIAL-{n:030d}" for n in range(60)]
    for serial in serials:
        person.all(PHONE, serial)
        heard.append(person.heard)

    taken = heard.index("wrong.too_many")
    assert set(heard[:taken]) == {"ok"}
    assert set(heard[taken:]) == {"wrong.too_many"}
    assert "DONE" in say("en", "wrong.too_many")
    person.all(PHONE, serials[0])
    assert person.heard == "wrong.serial_used"
    person.all("/undo", "/done")
    parts: list[dict[str, Any]] = person.operations[0]["parts"]
    assert [part["serial"] for part in parts] == serials[:taken]
    assert taken * 100 < DEVICE_LINE_BYTES_MAX


def test_a_part_of_a_kit_may_come_again_in_the_next_kit() -> None:
    person = SITUATIONS["kit"].person()

    person.all("A-1", "/1", WATCH, "#1", PHONE, "SN-1", "/done", WATCH, "#1", PHONE, "SN-1")

    assert person.heard == "ok"
    assert person.prompt.state == "part"
