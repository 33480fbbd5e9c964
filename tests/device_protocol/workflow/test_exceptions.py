"""What goes otherwise than planned on the floor, and how the scan machine lets people go on."""

from msgspec.structs import replace

from device_protocol.operations import Count, CountLine, Pick, Receive, Scan, ShortPick
from device_protocol.workflow.checking import adjusted
from device_protocol.workflow.definition import Adjustment, Take
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.view import Line, Meaning, Stood, Work
from tests.device_protocol.workflow.situations import (
    CASE,
    CUP,
    MILK,
    MOVE_LINES,
    PACK_LINES,
    SITUATIONS,
    SSCC,
)
from tests.device_protocol.workflow.world import PICK_LINES, Person, site

PICK, RECEIVE, COUNT = (DEFINITIONS[name] for name in ("pick", "receive", "count"))


def picker(*lines: Line, mode: str = "cluster") -> Person:
    """Someone with pick lines."""
    return Person(PICK, site(work_lines=lines or PICK_LINES), Work(mode=mode))


def test_tote_scanned_twice_puts_nothing_twice() -> None:
    person = picker()
    person.all("A-1", CASE, "#1", "TOTE-1", "TOTE-1", "TOTE-1")
    assert person.heard == "expected.quantity"
    assert [line.quantity for line in person.lines if isinstance(line, Pick)] == [12]


def test_full_tote_can_not_be_started_again_as_empty() -> None:
    person = picker()
    person.all("A-1", CASE, "#1", "TOTE-1", "/full", CASE, "TOTE-1")
    assert person.heard == "wrong.tote_taken"
    person.scan("TOTE-2")
    started = [each["unit"] for each in person.operations if each["kind"] == "start_tote"]
    assert started == ["TOTE-1", "TOTE-2"]


def test_units_of_a_case_that_is_larger_than_wanted_are_asked_about() -> None:
    person = picker(replace(PICK_LINES[0], quantity=2))
    person.all("A-1", CASE, "TOTE-1")
    assert person.heard == "ask.quantity_over"
    person.all("/no", "#2", "TOTE-1")
    assert person.operations[-1]["quantity"] == 2


def test_batch_fills_the_lines_of_one_shelf_together_in_their_order() -> None:
    person = picker(*PICK_LINES[:2], mode="batch")
    assert person.prompt.fields["quantity"] == 26
    person.all("A-1", CUP, "#3", "TOTE-1")
    assert "12" not in person.session.amounts
    person.all("#22", "TOTE-1")
    picked = person.lines[-1]
    assert isinstance(picked, Pick)
    assert picked.tasks == (11, 12)
    assert picked.quantity == 22
    assert person.session.amounts["11"] == 24
    assert person.session.amounts["12"] == 1
    assert person.prompt.fields["quantity"] == 1


def test_document_that_counts_our_own_work_already_is_not_subtracted_twice() -> None:
    person = picker()
    person.all("A-1", CASE, "#1", "TOTE-1")
    lines = (replace(PICK_LINES[0], quantity=12), *PICK_LINES[1:])
    person.world = site(work_lines=lines)
    assert person.scan(CASE).prompt.quantity == 12
    person.world = site(work_lines=PICK_LINES[1:])
    assert person.scan("TOTE-1").prompt.fields["quantity"] == 2


def test_scan_that_fits_nothing_after_the_last_quantity_confirms_nothing() -> None:
    wanted = Adjustment(workflow="pick", cycle=("bin", "item", "put", "quantity"))
    person = Person(adjusted(PICK, wanted), site(work_lines=PICK_LINES[1:2]))
    person.all("A-1", CUP, "TOTE-1", "A-2")
    assert person.heard == "expected.quantity"
    assert not any(isinstance(line, Pick) for line in person.lines)
    assert person.all("/done").prompt.key == "ended"


def test_short_that_nothing_is_written_for_leaves_the_line() -> None:
    person = Person(replace(PICK, short=None), site(work_lines=PICK_LINES[1:2]))
    person.all("/damaged")
    assert person.prompt.key == "ended"


def test_short_with_all_in_the_hand_is_none() -> None:
    person = picker()
    person.all("A-1", CASE, "#2", "/short", "/1")
    assert person.heard == "wrong.not_short"
    assert person.scan("TOTE-1").prompt.fields["quantity"] == 2


def test_short_in_a_bin_without_another_is_sent_elsewhere_at_once() -> None:
    person = picker(PICK_LINES[1])
    person.all("A-1", CUP, "#1", "/damaged")
    assert person.heard == "note.short_put"
    person.scan("TOTE-1")
    short = person.lines[-1]
    assert isinstance(short, ShortPick)
    assert (short.quantity, short.reason, short.tasks) == (1, "damaged", (12,))
    assert person.prompt.key == "ended"


def test_serial_of_a_line_is_one_unit_and_another_asks() -> None:
    phone = Line(
        task=1, quantity=2, place="A-1", owner="ACME", item="PHONE", serial="SN-1", shipment=5
    )
    person = picker(phone)
    person.all("A-1", "]C1010978020137962421SN-2")
    assert person.heard == "ask.other_serial"
    person.all("/yes", "TOTE-1")
    assert person.operations[-1]["serial"] == "SN-2"
    assert person.prompt.state == "item"


def test_ambiguous_item_is_decided_by_the_task_then_by_the_place() -> None:
    pen = Line(task=1, quantity=1, place="A-1", owner="OTHER", item="STIFT", shipment=5)
    person = picker(pen)
    assert person.all("A-1", "4006381333931").feedback.key == "ok"
    stocks = {"A-1": (Stood(owner="ACME", item="PEN", quantity=1),)}
    counter = Person(COUNT, site(stocks=stocks))
    counter.all("A-1", "4006381333931")
    assert counter.prompt.fields["item"] == "PEN"


def test_separator_that_the_reader_lost_asks_where_lots_matter() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", "]C1010950600013435210L-717261231")
    assert person.heard == "ask.which"
    lots = [answer.fields.get("lot") for answer in person.prompt.answers]
    assert lots == ["L-717261231", "L-7", None]
    person.all("/2", "#3")
    received = person.lines[-1]
    assert isinstance(received, Receive)
    assert (received.lot, received.expiry) == ("L-7", "2026-12-31")
    assert received.scans == (Scan("]C1010950600013435210L-717261231", entry="chosen"),)


def test_lot_on_a_label_is_not_told_where_nobody_tells_lots_apart() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", "]C1010590123412345710L-717261231", "#3")
    assert "lot" not in person.operations[-1]


def test_other_lot_is_not_counted_with_the_first() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", "]C1010950600013435210L-7\x1d17261231", "]C1010950600013435210L-8")
    assert person.heard == "wrong.lot"
    assert person.session.now.counted == 1


def test_label_that_tells_how_many_counts_so_many() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", "(01)05901234123457(30)40")
    assert person.prompt.quantity == 40


def test_codes_of_the_work_are_known_without_the_catalog() -> None:
    person = Person(PICK, site(work_lines=PICK_LINES, items=()))
    assert person.all("A-1", CUP).feedback.key == "ok"
    own = replace(PICK_LINES[0], codes=("CUP-BLUE",))
    person = Person(PICK, site(work_lines=(own,), items=()))
    assert person.all("A-1", CUP).feedback.key == "unknown.goods"
    assert person.all("CUP-BLUE", "#1", "TOTE-1").feedback.key == "ok"


def test_unknown_code_counts_its_like_and_takes_no_other() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", "WIDGET", "/yes", "WIDGET", "GADGET")
    assert person.heard == "expected.quantity"
    assert person.session.now.counted == 2


def test_quantity_that_nothing_is_expected_of_is_asked_from_a_thousand_on() -> None:
    person = Person(RECEIVE, site())
    person.all("DOCK-1", CUP, "#1001")
    assert person.heard == "ask.quantity_large"
    person.all("/yes")
    assert person.operations[-1]["quantity"] == 1_001


def test_number_during_a_question_and_elsewhere_is_answered() -> None:
    person = Person(RECEIVE, site())
    assert person.all("#5").feedback.key == "wrong.number"
    assert person.all("DOCK-1", CUP, "#5000", "#5").feedback.key == "answer_first"
    person.all("/no", "#1", "/done")
    assert person.all("#5").feedback.key == "wrong.number"


def test_more_scans_than_can_be_a_quantity_are_not_confirmed() -> None:
    huge = Meaning(code="05901234123457", owner="ACME", item="DUST", factor=1_000_000)
    person = Person(RECEIVE, site(items=(huge,)))
    person.all("DOCK-1", CUP, CUP, "/done")
    assert person.heard == "wrong.quantity_none"


def test_continuous_scan_needs_no_confirmation_of_the_last_unit() -> None:
    wanted = Adjustment(workflow="receive", options={"continuous": True, "prefill": "counted"})
    lines = (Line(task=1, quantity=2, owner="ACME", item="CUP"),)
    person = Person(adjusted(RECEIVE, wanted), site(work_lines=lines))
    person.all("DOCK-1", CUP, CUP)
    assert person.operations[-1]["quantity"] == 2
    assert person.heard == "note.all_done"


def test_many_kinds_of_packs_and_long_scans_fit_a_line() -> None:
    items = tuple(
        Meaning(code=f"PACK-{size}", owner="ACME", item="CUP", level="case", factor=size)
        for size in range(2, 30)
    )
    person = Person(RECEIVE, site(items=items))
    person.all("DOCK-1", *(item.code for item in items), "/done")
    received = person.lines[-1]
    assert isinstance(received, Receive)
    assert received.packs == ()
    person.all(*["PACK-2" + " " * 400] * 8, "/done")
    long = person.lines[-1]
    assert isinstance(long, Receive)
    assert long.quantity == 16
    assert 0 < len(long.scans) < 8


def test_damaged_goods_are_marked_and_unmarked() -> None:
    person = Person(RECEIVE, site())
    assert person.all("DOCK-1", CUP, "/damaged").prompt.fields["condition"] == "damaged"
    assert person.all("/damaged").feedback.key == "note.condition_good"
    person.all("#1")
    assert "condition" not in person.operations[-1]


def test_place_with_more_kinds_than_a_line_holds_is_not_said_to_be_complete() -> None:
    items = tuple(
        Meaning(code=f"I-{number}", owner="ACME" * 8, item=f"ITEM-{number:040}")
        for number in range(60)
    )
    person = Person(COUNT, site(items=items))
    for item in items:
        person.all("A-1" if item is items[0] else "CMD-HELP", item.code, "/done")
    person.key("done")
    counts = [line for line in person.lines if isinstance(line, Count)]
    assert len(counts) > 1
    assert sum(len(count.lines) for count in counts) == 60
    assert not any(count.complete for count in counts)


def test_unknown_goods_are_counted_under_their_code_and_units_by_theirs() -> None:
    person = Person(COUNT, site(stocks={"A-1": (Stood(item="X", quantity=1),)}))
    person.all("A-1", "WIDGET", "/yes", "#3", "TOTE-1", "/done", "/no")
    counted = person.lines[-1]
    assert isinstance(counted, Count)
    expected = (CountLine(quantity=3, code="WIDGET"), CountLine(quantity=1, unit="TOTE-1"))
    assert counted.lines == expected


def test_planned_count_is_told_with_its_task_each_time() -> None:
    person = SITUATIONS["count"].person()
    person.all("A-1", CUP, "#5", "/done", "A-1", CUP, "#5", "/done")
    assert [line.task for line in person.lines if isinstance(line, Count)] == [41, 41]


def test_full_place_offers_the_next_best() -> None:
    person = SITUATIONS["move"].person()
    person.all("DOCK-1", CASE, "#1", "/full")
    assert person.heard == "note.next_place"
    assert person.prompt.fields["to"] == "A-2"
    person.all("/full", "/undo", "A-2")
    assert person.operations[-1]["to"] == "A-2"


def test_pallet_names_where_it_stood() -> None:
    wanted = Adjustment(workflow="move", cycle=("thing", "to"))
    definition = DEFINITIONS["move"]
    without_source = replace(definition, cycled=definition.cycled[:1])
    person = Person(adjusted(without_source, wanted), site(work_lines=MOVE_LINES))
    person.all(SSCC, "A-2")
    assert person.operations[-1]["unit"] == SSCC


def test_blocked_and_unknown_places_ask() -> None:
    person = SITUATIONS["move"].person()
    assert person.all("A-9").feedback.key == "ask.place_closed"
    assert person.all("CORNER").feedback.key == "ask.place_unknown"
    person.all("/yes", CASE, "#1", "SHELF", "/yes")
    moved = person.operations[-1]
    assert (moved["source"], moved["to"], moved["suggested"]) == ("CORNER", "SHELF", "A-1")


def test_planned_place_that_the_device_does_not_know_is_taken() -> None:
    person = picker(replace(PICK_LINES[0], place="B-7"))
    assert person.scan("B-7").feedback.key == "ok"


def test_place_that_may_be_no_other() -> None:
    bin_ = replace(PICK.state("bin"), takes=(Take("place", wants="line.place"),))
    strict = replace(PICK, states=(bin_, *PICK.states[1:]))
    person = Person(strict, site(work_lines=PICK_LINES))
    assert person.scan("A-2").feedback.key == "wrong.place"


def test_documents_that_do_not_fit_together_are_told_not_guessed() -> None:
    lines = (replace(PACK_LINES[0], shipment=None),)
    person = Person(DEFINITIONS["pack"], site(work_lines=lines))
    person.all("TOTE-1", "TOTE-2", CUP, "#1")
    assert person.heard == "wrong.incomplete"
    assert not person.lines
    assert person.prompt.state == "item"


def test_bulk_goods_go_into_a_parcel_of_one_shipment() -> None:
    person = SITUATIONS["pack"].person()
    person.all("TOTE-1", "BOX-1", MILK, "#1", CUP)
    assert person.heard == "wrong.unplanned"
    assert person.operations[-1]["shipment"] == 6
