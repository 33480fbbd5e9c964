"""Print jobs over HTTP: asked at desks, fetched by a workstation's agent."""

import base64
from typing import Any

import pytest

from server.clock import FixedClock
from server.core import Core
from server.db.bulk import insert_records
from server.ledger.records import Balance, Stock
from server.printing.rules import LEASE_MS
from server.transport.models import PARCEL
from tests.api.desks import Desk
from tests.api.ops.test_labels import SSCC, make_parcel
from tests.labels.pictures import codes
from tests.labels.zpl_reader import Print, read_zpl
from tests.printing.printers import Printer

PRINTS = "/sites/1/workstations/pack-1/prints"
TOTE = {"label": {"kind": "tote", "code": "T-7"}}
PARCEL_LABEL = {"label": {"kind": "parcel", "sscc": SSCC}}
__all__ = ["make_parcel"]


@pytest.fixture
def packer(admin: Desk, supervisor: Desk) -> Desk:
    """Give a supervisor at a site with a workstation whose agent fetches."""
    admin.say("PUT", "/sites/1/workstations/pack-1", {"dots_per_inch": 300})
    return supervisor


def take(desk: Desk, **asked: str) -> Any:  # noqa: ANN401 - any JSON.
    """Fetch the next label."""
    return desk.say("POST", f"{PRINTS}/take", asked)


def label(taken: Any) -> Print:  # noqa: ANN401 - any JSON.
    """The label that was fetched, as printed."""
    [printed] = read_zpl(base64.b64decode(taken["content"]))
    return printed


def told(desk: Desk, taken: Any, result: str, problem: str = "") -> Any:  # noqa: ANN401
    """Tell what became of it."""
    body = {"attempt": taken["attempt"], "result": result, "problem": problem}
    return desk.say("POST", f"{PRINTS}/{taken['number']}/told", body)


@pytest.mark.usefixtures("parcel")
def test_parcel_label_goes_through_the_queue_and_again_with_its_number(packer: Desk) -> None:
    job = packer.say("POST", PRINTS, PARCEL_LABEL | {"copies": 2})
    assert (job["number"], job["state"], job["kind"], job["copy"]) == (
        1,
        "waiting",
        "parcel",
        False,
    )
    assert job["what"] == PARCEL_LABEL["label"]

    first = take(packer)
    assert (first["number"], first["attempt"], first["copies"], first["copy"]) == (1, 1, 2, False)
    assert codes(label(first).picture) == [("Code128 GS1", f"00{SSCC}")]
    assert label(first).copies == 2
    assert "Erika Mustermann" in label(first).texts
    assert take(packer)["number"] is None
    assert told(packer, first, "done")["state"] == "done"
    assert told(packer, first, "done")["state"] == "done"
    assert packer.refusal("POST", f"{PRINTS}/1/cancel")[:2] == (409, "conflict")

    assert packer.say("POST", f"{PRINTS}/1/reprint")["state"] == "waiting"
    again = take(packer)
    assert (again["number"], again["attempt"], again["copy"]) == (1, 2, True)
    assert codes(label(again).picture) == [("Code128 GS1", f"00{SSCC}")]
    assert "COPY" in label(again).texts


@pytest.mark.usefixtures("parcel")
def test_queue_holds_no_name_and_prints_none_that_was_erased(packer: Desk, core: Core) -> None:
    packer.say("POST", PRINTS, PARCEL_LABEL)
    with core.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT what FROM print_job").scalars().all()
    assert "Erika" not in "".join(rows)
    with core.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM personal_record")

    assert "Erika Mustermann" not in label(take(packer)).texts


@pytest.mark.usefixtures("parcel")
def test_label_whose_parcel_has_gone_fails_and_the_next_is_given(packer: Desk, core: Core) -> None:
    packer.say("POST", PRINTS, PARCEL_LABEL)
    packer.say("POST", PRINTS, TOTE)
    with core.database.writing() as connection:
        connection.execute(PARCEL.delete())

    assert label(take(packer)).texts == ["T-7"]
    [failed] = packer.get(PRINTS, only="failed")["rows"]
    assert (failed["number"], failed["problem"]) == (1, "There is no such parcel.")


def test_silence_of_an_agent_is_a_doubt_that_prints_a_copy(packer: Desk, clock: FixedClock) -> None:
    packer.say("POST", PRINTS, TOTE)
    assert take(packer)["lease_ms"] == LEASE_MS
    clock.advance(LEASE_MS)

    again = take(packer)

    assert (again["number"], again["attempt"], again["copy"]) == (1, 2, True)
    assert told(packer, again, "doubtful", "it jammed")["doubts"] == 2
    [station] = packer.get("/sites/1/workstations")
    assert (station["open"], station["problem"]) == (1, "it jammed")


def test_agent_may_have_pictures(packer: Desk) -> None:
    for fmt, begins in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        packer.say("POST", PRINTS, TOTE)
        taken = take(packer, format=fmt)
        assert base64.b64decode(taken["content"]).startswith(begins)
        told(packer, taken, "done")


def test_jobs_are_listed_the_newest_first_by_pages(packer: Desk) -> None:
    for _ in range(3):
        packer.say("POST", PRINTS, TOTE)
    packer.say("POST", f"{PRINTS}/2/cancel")

    page = packer.get(PRINTS, limit=2)
    rest = packer.get(PRINTS, limit=2, after=page["next"])

    assert [row["number"] for row in page["rows"] + rest["rows"]] == [3, 2, 1]
    assert [row["number"] for row in packer.get(PRINTS, only="cancelled")["rows"]] == [2]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"kind": "tote", "code": "TÖTE"}, 422, "labels.invalid"),
        ({"kind": "pallet", "sscc": "340063810000000017"}, 422, "labels.invalid"),
        ({"kind": "parcel", "sscc": "340063810000000099"}, 404, "not_found"),
        ({"kind": "location", "code": "A", "text": "x" * 10_000}, 422, "invalid"),
        ({"kind": "weather"}, 400, "malformed"),
        ({"kind": "enrolment", "url": "u", "code": "c", "expires": "e"}, 400, "malformed"),
        ({"kind": "tote", "code": "T", "zpl": "^XA"}, 400, "malformed"),
        ({"code": "T"}, 400, "malformed"),
    ],
)
def test_what_can_not_be_printed_is_refused_at_once(
    packer: Desk, asked: dict[str, str], status: int, code: str
) -> None:
    assert packer.refusal("POST", PRINTS, {"label": asked})[:2] == (status, code)
    assert packer.get(PRINTS)["rows"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/sites/77/workstations", None),
        ("GET", "/sites/1/workstations/none/prints", None),
        ("POST", "/sites/1/workstations/none/prints", TOTE),
        ("POST", "/sites/77/workstations/pack-1/prints", TOTE),
        ("POST", "/sites/1/workstations/none/prints/take", {}),
        ("POST", f"{PRINTS}/9/cancel", None),
        ("POST", f"{PRINTS}/9/reprint", None),
        ("POST", f"{PRINTS}/9/told", {"attempt": 1, "result": "done"}),
    ],
)
def test_what_does_not_exist_is_not_found(
    packer: Desk, method: str, path: str, body: dict[str, Any] | None
) -> None:
    assert packer.refusal(method, path, body)[:2] == (404, "not_found")


def test_workstation_is_set_up_by_an_admin_alone(admin: Desk, supervisor: Desk) -> None:
    path = "/sites/1/workstations/pack-1"
    assert supervisor.refusal("PUT", path, {})[:2] == (403, "forbidden")
    assert admin.refusal("PUT", path, {"printer": "nowhere"})[:2] == (422, "invalid")
    assert admin.refusal("PUT", path, {"dots_per_inch": 600})[:2] == (400, "malformed")
    assert admin.refusal("PUT", "/sites/77/workstations/pack-1", {})[:2] == (404, "not_found")

    [row] = admin.say("PUT", path, {"printer": "10.0.4.17:9100", "answers": "nothing"})

    assert (row["name"], row["printer"], row["answers"]) == ("pack-1", "10.0.4.17:9100", "nothing")
    assert (row["open"], row["oldest_at"], row["retry_at"]) == (0, None, None)


def test_server_sends_to_a_printer_that_it_reaches(
    admin: Desk, supervisor: Desk, core: Core
) -> None:
    machine = Printer()
    admin.say("PUT", "/sites/1/workstations/pack-1", {"printer": machine.text})

    supervisor.say("POST", PRINTS, TOTE)
    assert machine.printed.wait(20)
    core.close()
    machine.off()

    assert [read_zpl(paper)[0].texts for paper in machine.papers] == [["T-7"]]


@pytest.mark.usefixtures("parcel")
def test_packing_list_tells_what_is_in_the_parcel(supervisor: Desk, core: Core) -> None:
    with core.database.writing() as connection:
        item = connection.exec_driver_sql("SELECT id FROM item WHERE sku = 'A1'").scalar_one()
        insert_records(connection, Stock, [Stock(1, 8_000_100, "x", item=item)])
        insert_records(connection, Balance, [Balance(1, 8_000_001, 8_000_100, 2)])

    texts = supervisor.call("GET", f"/parcels/{SSCC}/packing_list.svg").text

    for text in ("Packing list N1", "Parcel 2/2 · units: 2 · Page 1/1", "2 x A1"):
        assert text in texts
    assert supervisor.refusal("GET", "/parcels/333333333333333333/packing_list.zpl")[0] == 404


@pytest.mark.usefixtures("parcel")
def test_label_is_given_for_either_kind_of_label_printer(supervisor: Desk) -> None:
    for dots in (203, 300):
        answer = supervisor.call("GET", f"/parcels/{SSCC}/label.zpl?dots_per_inch={dots}")
        assert answer.headers["Content-Type"].split(";")[0] == "application/zpl"
        [printed] = read_zpl(answer.content)
        assert printed.width == round(1181 * dots / 300)
    refused = supervisor.refusal("GET", f"/parcels/{SSCC}/label.zpl?dots_per_inch=600")
    assert refused[:2] == (400, "malformed")


def test_labels_for_paper(supervisor: Desk) -> None:
    labels = [{"kind": "location", "code": f"A-{n}", "text": "A"} for n in range(11)]

    answer = supervisor.call("POST", "/labels/page.pdf", json={"labels": labels})

    assert answer.headers["Content-Type"] == "application/pdf"
    assert b"/Count 2" in answer.content
    assert supervisor.refusal("POST", "/labels/page.pdf", {"labels": []})[:2] == (400, "malformed")
