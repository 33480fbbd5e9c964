"""Work that is taken on at a terminal: leases, badges, what is left, and who may begin it."""

import msgspec
import pytest

from device_protocol.operations import Claim
from device_protocol.terminal import BeginWork
from server.errors import ForbiddenError, UnavailableError
from server.identity.messages import WithdrawGrants
from server.planning.records import Package
from server.sites.messages import PutWorkflow
from server.sync.pull import scopes_of
from server.sync.records import Scope
from server.terminals.documents import SiteDocuments
from server.terminals.faults import (
    InHandError,
    NoWorkError,
    UnknownWorkflowError,
)
from server.terminals.keeping import Keeping
from server.terminals.records import Terminal
from tests.floor import SITE
from tests.terminals.depot import CASE, LAMP, TERMINAL, Depot, Terminals


def kinds(depot: Depot) -> list[str]:
    """What the terminal wrote, by kind."""
    return [line["kind"] for line in depot.written()]


def test_another_persons_badge_parks_the_work_and_goes_on_in_their_name(thin: Terminals) -> None:
    thin.all("STAFF-BO")
    assert thin.heard == "note.parked"
    thin.all(LAMP)
    assert thin.heard == "wrong.parked"
    thin.all("STAFF-BO", "#1")

    [line] = thin.depot.written()
    assert line["actor"] == thin.depot.grants["BO"]


def test_supervisors_badge_approves_where_the_site_asks_for_it(depot: Depot) -> None:
    depot.tell(
        SITE,
        PutWorkflow(workflow="receive", options={"approvals": ("ask.quantity_large",)}),
    )
    thin = Terminals(depot)
    thin.begin("receive")
    thin.all("D-1", CASE, "#90", "/yes")
    assert thin.heard == "wrong.approval"

    thin.all("STAFF-EVE")

    [line] = depot.written()
    assert (line["quantity"], line["approved_by"]) == (1_080, depot.grants["EVE"])
    assert line["seen_workflow"] > 1_000


def test_next_package_is_leased_and_handed_back_when_other_work_begins(depot: Depot) -> None:
    thin = Terminals(depot)
    thin.begin("pick")
    [package, *_] = depot.rows(Package)
    assert (package.holder, package.state, package.fence) == (TERMINAL, "leased", 1)
    thin.begin("pick")
    thin.begin("receive")

    [package, *_] = depot.rows(Package)
    assert (package.holder, package.state) == (None, "ready")
    assert kinds(depot) == ["claim", "claim", "hand_back"]


def test_package_that_another_holds_is_no_work(depot: Depot) -> None:
    [package] = depot.rows(Package)
    other = depot.handhelds[1]
    other.do(Claim(work=package.id, valid_for_ms=10**8, ended=2_500))
    thin = Terminals(depot)

    for begin in (BeginWork("pick"), BeginWork("pick", package=package.id)):
        with pytest.raises(NoWorkError):
            thin.take(begin=begin)
    with pytest.raises(NoWorkError):
        thin.begin("pick", package=2**53 - 1)

    assert depot.row().step == 0
    assert depot.row().session == b""


def test_what_is_in_the_hand_is_not_left_for_other_work(thin: Terminals) -> None:
    with pytest.raises(InHandError):
        thin.begin("move")
    thin.all("/undo")

    assert thin.begin("move").workflow == "move"


def test_work_that_has_ended_says_so_and_other_work_begins(thin: Terminals) -> None:
    assert not thin.last.ended
    assert thin.all("#1", "/done").ended
    assert thin.send(thin.request(step=0)).ended

    assert not thin.begin("move").ended


def test_unknown_workflow_is_not_begun(depot: Depot) -> None:
    with pytest.raises(UnknownWorkflowError):
        Terminals(depot).begin("juggle")


def test_person_without_a_grant_begins_nothing(depot: Depot) -> None:
    depot.tell(SITE, WithdrawGrants(person=depot.people["ANA"], at=1))

    with pytest.raises(ForbiddenError):
        Terminals(depot).begin("receive")


def test_begin_that_is_overtaken_after_its_lease_is_sent_again(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, kept = Keeping.keep, []

    def once(self: Keeping, before: Terminal, after: Terminal) -> bool:
        kept.append(after)
        return len(kept) == 1 and keep(self, before, after)

    monkeypatch.setattr(Keeping, "keep", once)
    thin = Terminals(depot)
    with pytest.raises(UnavailableError):
        thin.begin("pick")
    monkeypatch.undo()

    assert thin.begin("pick").workflow == "pick"
    assert kinds(depot) == ["claim", "claim"]


def test_terminal_follows_exactly_the_scopes_that_a_handheld_is_sent(depot: Depot) -> None:
    with depot.database.reading() as connection:
        every = [scope.scope for scope in depot.rows(Scope)]
        zone = next(scope.split("/")[2] for scope in every if scope.startswith("1/zone/1"))
        for role, zones in (("floor", ""), ("floor", zone), ("courier", ""), ("courier", zone)):
            device = msgspec.structs.replace(depot.device, role=role, zones=zones)
            followed = {scope.text for scope in scopes_of(connection, device, device.person)}
            documents = SiteDocuments(connection, device)

            assert {each for each in every if documents.follows(each)} == followed & set(every)
