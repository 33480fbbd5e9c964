"""The auditor finds each invariant broken where the rows were tampered with."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from device_protocol.store import StoredDocument
from server.lane.records import Outgoing
from server.ledger.records import LAST_VIRTUAL
from server.simulation.auditor import check_alarms, check_replica, check_rows
from server.simulation.evidence import DEVICES, Evidence, Told
from server.simulation.journal import Breach
from server.simulation.model import check_goods
from server.simulation.seeds import audit, scopes_of
from server.simulation.truth import Act
from server.simulation.world import World

Tamper = Callable[[Evidence], Evidence]
changed = msgspec.structs.replace


def row_of(evidence: Evidence, wanted: Callable[[Told], bool]) -> Told:
    """The first operation of a device that is so."""
    return next(told for told in evidence.told if wanted(told))


def with_row(evidence: Evidence, told: Told, **fields: int | bytes) -> Evidence:
    """The evidence with one operation altered."""
    altered = changed(told.row, **fields)
    operations = [altered if row == told.row else row for row in evidence.operations]
    read = [Told(row) for row in operations if row.stream >= DEVICES]
    return replace(evidence, operations=operations, told=read)


def is_fact(told: Told) -> bool:
    """Whether it is an act that was plainly applied."""
    return bool(told.act) and told.outcome == "applied" and told.took_effect


def lose_an_operation(evidence: Evidence) -> Evidence:
    """An act is not in the book."""
    told = row_of(evidence, is_fact)
    operations = [row for row in evidence.operations if row != told.row]
    return replace(evidence, operations=operations, told=[t for t in evidence.told if t != told])


def take_one_twice(evidence: Evidence) -> Evidence:
    """A repeat took effect."""
    told = row_of(evidence, is_fact)
    again = Told(changed(told.row, epoch=9, seq=1, number=10_000))
    return replace(evidence, told=[*evidence.told, again])


def invent_an_act(evidence: Evidence) -> Evidence:
    """Something is in the book that nobody did."""
    told = row_of(evidence, is_fact)
    line = told.row.line.replace(told.act.encode(), b"a99999")
    return with_row(evidence, told, line=line)


def refuse_a_fact(evidence: Evidence) -> Evidence:
    """A fact was refused."""
    return with_row(evidence, row_of(evidence, is_fact), outcome=b'{"outcome":"refused"}')


def speak_nonsense(evidence: Evidence) -> Evidence:
    """An outcome is none of the four."""
    return with_row(evidence, row_of(evidence, is_fact), outcome=b'{"outcome":"ignored"}')


def park_by_fault(evidence: Evidence) -> Evidence:
    """A fault of ours parked a fact."""
    outcome = b'{"outcome":"parked","code":"internal_error"}'
    return with_row(evidence, row_of(evidence, is_fact), outcome=outcome)


def park_a_message(evidence: Evidence) -> Evidence:
    """A lane did not understand another."""
    at = next(n for n, row in enumerate(evidence.operations) if row.stream < DEVICES)
    operations = list(evidence.operations)
    operations[at] = changed(operations[at], outcome=b'{"outcome":"parked"}')
    return replace(evidence, operations=operations)


def leave_a_message(evidence: Evidence) -> Evidence:
    """A message to another lane was forgotten."""
    return replace(evidence, waiting=[Outgoing(1, 0, 99, b"{}")])


def change_a_line(evidence: Evidence) -> Evidence:
    """A line is not what was hashed."""
    told = row_of(evidence, is_fact)
    return with_row(evidence, told, line=told.row.line + b" ")


def skip_a_number(evidence: Evidence) -> Evidence:
    """A stream has a gap."""
    told = row_of(evidence, lambda each: each.row.seq == 3)
    return with_row(evidence, told, seq=300)


def lose_a_stream(evidence: Evidence) -> Evidence:
    """Lines belong to no stream."""
    told = row_of(evidence, is_fact)
    kept = [row for row in evidence.streams if row.stream != told.row.stream]
    return replace(evidence, streams=kept)


def answer_otherwise(evidence: Evidence) -> Evidence:
    """An outcome changed after it was told."""
    told = row_of(evidence, is_fact)
    return with_row(evidence, told, outcome=b'{"outcome":"applied","then":"well"}')


def hash_otherwise(evidence: Evidence) -> Evidence:
    """A line has another hash than the one that was answered."""
    return with_row(evidence, row_of(evidence, is_fact), hash=bytes(32))


def skip_a_commit(evidence: Evidence) -> Evidence:
    """A commit is missing."""
    return replace(evidence, commits=evidence.commits[:3] + evidence.commits[4:])


def cut_the_commits(evidence: Evidence) -> Evidence:
    """The last commit is missing."""
    return replace(evidence, commits=evidence.commits[:-1])


def move_a_balance(evidence: Evidence) -> Evidence:
    """A balance is not the sum of its movements."""
    first = changed(evidence.balances[0], quantity=evidence.balances[0].quantity + 1)
    return replace(evidence, balances=[first, *evidence.balances[1:]])


def lose_a_balance(evidence: Evidence) -> Evidence:
    """A balance is not there."""
    found = next(row for row in evidence.balances if row.quantity)
    return replace(evidence, balances=[row for row in evidence.balances if row != found])


def move_nothing(evidence: Evidence) -> Evidence:
    """A movement moves nothing."""
    first = changed(evidence.movements[0], quantity=0)
    return replace(evidence, movements=[first, *evidence.movements[1:]])


def ask_twice(evidence: Evidence) -> Evidence:
    """What is below zero is asked about twice."""
    found = next(row for row in evidence.discrepancies if row.kind == "negative" and row.open)
    return replace(evidence, discrepancies=[*evidence.discrepancies, changed(found, id=1)])


def ask_about_nothing(evidence: Evidence) -> Evidence:
    """A question is open where nothing is below zero."""
    found = next(row for row in evidence.discrepancies if row.kind == "negative")
    odd = changed(found, id=1, stock=1, open=1)
    return replace(evidence, discrepancies=[*evidence.discrepancies, odd])


def move_once_more(evidence: Evidence) -> Evidence:
    """A movement is nobody's."""
    extra = changed(evidence.movements[0], number=99_999)
    return replace(evidence, movements=[*evidence.movements, extra])


def blame_another(evidence: Evidence) -> Evidence:
    """A movement names another operation than the one that names it."""
    first = changed(evidence.movements[0], seq=7_777)
    return replace(evidence, movements=[first, *evidence.movements[1:]])


def blame_another_epoch(evidence: Evidence) -> Evidence:
    """A movement names another epoch."""
    first = changed(evidence.movements[0], epoch=7)
    return replace(evidence, movements=[first, *evidence.movements[1:]])


def deliver_once_more(evidence: Evidence) -> Evidence:
    """A lane took one message more than another sent."""
    first = changed(evidence.sent[0], last=evidence.sent[0].last - 1)
    return replace(evidence, sent=[first, *evidence.sent[1:]])


def deliver_too_few(evidence: Evidence) -> Evidence:
    """A message was sent, waits nowhere, and never came."""
    first = changed(evidence.sent[0], last=evidence.sent[0].last + 1)
    return replace(evidence, sent=[first, *evidence.sent[1:]])


def alter_a_document(evidence: Evidence) -> Evidence:
    """A document is not what its scope adds up to."""
    at = next(n for n, row in enumerate(evidence.documents) if row.body)
    documents = list(evidence.documents)
    documents[at] = changed(documents[at], body=b"{}")
    return replace(evidence, documents=documents)


@pytest.mark.parametrize(
    ("tamper", "invariant"),
    [
        (lose_an_operation, "I2"),
        (take_one_twice, "I1"),
        (invent_an_act, "I2"),
        (refuse_a_fact, "I7"),
        (speak_nonsense, "I7"),
        (park_by_fault, "I12"),
        (park_a_message, "I12"),
        (leave_a_message, "I12"),
        (change_a_line, "I4"),
        (skip_a_number, "I4"),
        (lose_a_stream, "I4"),
        (answer_otherwise, "I5"),
        (hash_otherwise, "I3"),
        (skip_a_commit, "I4"),
        (cut_the_commits, "I4"),
        (move_a_balance, "I6"),
        (lose_a_balance, "I6"),
        (move_nothing, "I6"),
        (ask_twice, "I6"),
        (ask_about_nothing, "I6"),
        (move_once_more, "I1"),
        (blame_another, "I1"),
        (blame_another_epoch, "I1"),
        (deliver_once_more, "I1"),
        (deliver_too_few, "I2"),
        (alter_a_document, "I10"),
    ],
)
def test_tampered_book_is_found(
    lived: World, evidence: Evidence, tamper: Tamper, invariant: str
) -> None:
    before = check_rows(lived.truth.acts, lived.journal, evidence)

    after = check_rows(lived.truth.acts, lived.journal, tamper(evidence))

    assert before == []
    assert invariant in {breach.invariant for breach in after}


def test_act_that_the_device_lost_may_be_missing_but_not_doubled(
    lived: World, evidence: Evidence
) -> None:
    name = row_of(evidence, is_fact).act
    acts = dict(lived.truth.acts)
    acts[name] = Act(**{field: getattr(acts[name], field) for field in Act.__slots__})
    acts[name].lost = True

    def found(tampered: Evidence) -> set[str]:
        rows = check_rows(acts, lived.journal, tampered)
        return {each.told for each in rows if each.told.startswith(f"{name} (")}

    assert found(lose_an_operation(evidence)) == set()
    assert found(take_one_twice(evidence)) == {f"{name} ({acts[name].kind}) took effect 2 times"}


def test_goods_that_are_elsewhere_are_found(lived: World, evidence: Evidence) -> None:
    places = {row.id for row in evidence.places if row.code[:2] in ("A-", "B-")}
    at, found = next(
        (at, row)
        for at, row in enumerate(evidence.balances)
        if row.place in places and row.place > LAST_VIRTUAL and row.quantity > 0
    )
    balances = list(evidence.balances)
    balances[at] = changed(found, quantity=found.quantity + 5)

    assert check_goods(evidence, lived.truth.acts) == []
    [breach] = check_goods(replace(evidence, balances=balances), lived.truth.acts)
    assert breach.invariant == "I14"
    assert f"the book has {found.quantity + 5}, the floor {found.quantity}" in breach.told


def test_replica_that_differs_is_found(lived: World, evidence: Evidence) -> None:
    handset = next(each for each in lived.handsets if each.session)
    allowed = scopes_of(lived, handset)
    store = handset.store.copied()
    scope = next(name for name in sorted(store.scopes()) if list(store.documents(name)))

    def found() -> list[str]:
        breaches = check_replica(handset.number, allowed, store, evidence)
        return [breach.invariant for breach in breaches]

    assert found() == []
    store.put_document(scope, StoredDocument("place/1", 1, b"{}"))
    assert found() == ["I10"]
    store.remove_document(scope, "place/1")
    store.set_scope("1/person/9", store.scopes()[scope])
    assert found() == ["I13"]


def test_what_the_journal_heard_is_part_of_the_audit(
    lived: World, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Breach("I9", "a document came late")

    assert audit(lived, evidence, deep=True) == []
    monkeypatch.setattr(lived.journal, "breaches", [heard])
    assert audit(lived, evidence, deep=False) == [heard]


def test_alarm_is_a_breach_unless_the_store_rotted() -> None:
    assert [each.invariant for each in check_alarms(7, 1, rotted=False)] == ["I10"]
    assert list(check_alarms(7, 1, rotted=True)) == []
    assert list(check_alarms(7, 0, rotted=False)) == []
