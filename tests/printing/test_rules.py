"""What becomes of a print job."""

import pytest
from msgspec.structs import replace

from server.errors import ConflictError, InvalidError
from server.printing import rules
from server.printing.records import PrintJob, Workstation
from server.printing.rules import DOUBTS_MAX, LEASE_MS, Address, Result

NOW = 1_000_000
WAITING = PrintJob(1, 7, "pack-1", "tote", "{}", 1, NOW - 5, "person/1")
SENT = rules.taken(WAITING, NOW)
DONE = rules.told(SENT, 1, "done", "", NOW + 9)
STATION = Workstation(1, "pack-1", "10.0.0.1:9100", 203, "status", NOW, "person/1")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("printer-7.local:9100", Address("printer-7.local", 9100)),
        ("10.0.4.17:65535", Address("10.0.4.17", 65_535)),
        ("[::1]:6101", Address("::1", 6101)),
    ],
)
def test_address_is_read(text: str, address: Address) -> None:
    assert rules.read_address(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "printer", "printer:", "printer:0", "printer:65536", "a b:9100", "http://p:80", "::1"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        rules.read_address(text)
    assert caught.value.pointers == (("/printer", "must be host:port"),)


def test_job_that_is_tried_is_neither_waiting_nor_a_copy() -> None:
    assert (SENT.state, SENT.sent_at, SENT.tries, SENT.open) == ("sent", NOW, 1, 1)
    assert not rules.is_copy(SENT)


def test_job_that_a_printer_took_is_done() -> None:
    assert (DONE.state, DONE.open, DONE.sent_at, DONE.ended_at) == ("done", None, None, NOW + 9)


@pytest.mark.parametrize("result", ["done", "not_printed", "doubtful", "failed"])
def test_what_ended_stays(result: Result) -> None:
    assert rules.told(DONE, 1, result, "late", NOW + 99) == DONE


def test_job_that_surely_was_not_printed_waits_as_it_was() -> None:
    job = rules.told(SENT, 1, "not_printed", "paper is out", NOW)

    assert (job.state, job.open, job.problem) == ("waiting", 1, "paper is out")
    assert not rules.is_copy(job)


def test_job_in_doubt_is_printed_again_as_a_copy() -> None:
    job = rules.told(SENT, 1, "doubtful", "the line broke", NOW)

    assert (job.state, job.doubts, job.problem) == ("waiting", 1, "the line broke")
    assert rules.is_copy(job)


def test_job_that_stays_in_doubt_is_given_up_with_the_reason() -> None:
    job = WAITING
    for attempt in range(1, DOUBTS_MAX + 2):
        job = rules.told(rules.taken(job, NOW), attempt, "doubtful", "the line broke", NOW)

    assert (job.state, job.open, job.ended_at) == ("failed", None, NOW)
    assert job.problem == "the line broke; 4 tries are in doubt, see whether it is there"


def test_job_that_can_never_be_printed_has_failed() -> None:
    job = rules.told(SENT, 1, "failed", "x" * 900, NOW)

    assert (job.state, job.open, len(job.problem)) == ("failed", None, 200)


def test_try_of_which_nobody_tells_is_a_doubt_after_its_time() -> None:
    assert rules.lapsed(SENT, NOW + LEASE_MS - 1) == SENT
    assert rules.lapsed(WAITING, NOW + LEASE_MS) == WAITING
    assert rules.lapsed(DONE, NOW + LEASE_MS) == DONE

    job = rules.lapsed(SENT, NOW + LEASE_MS)

    assert (job.state, job.doubts) == ("waiting", 1)


@pytest.mark.parametrize("result", ["not_printed", "doubtful", "failed"])
def test_of_an_older_try_only_that_it_printed_matters(result: Result) -> None:
    second = rules.taken(rules.lapsed(SENT, NOW + LEASE_MS), NOW + LEASE_MS)

    assert rules.told(second, 1, result, "late", NOW) == second
    assert rules.told(second, 1, "done", "", NOW).state == "done"


@pytest.mark.parametrize("result", ["not_printed", "doubtful"])
def test_try_that_was_told_twice_counts_once(result: Result) -> None:
    once = rules.told(SENT, 1, result, "so", NOW)

    assert rules.told(once, 1, result, "so", NOW) == once


def test_job_that_waits_can_be_cancelled_and_no_other() -> None:
    job = rules.cancelled(WAITING, NOW)

    assert (job.state, job.open, job.ended_at) == ("cancelled", None, NOW)
    assert rules.cancelled(job, NOW + 1) == job
    for other in (SENT, DONE):
        with pytest.raises(ConflictError, match=f"it is {other.state}"):
            rules.cancelled(other, NOW)


def test_job_that_ended_is_printed_once_more_under_its_number_as_a_copy() -> None:
    job = rules.reprinted(DONE)

    assert job == replace(WAITING, tries=1, reprints=1)
    assert rules.is_copy(job)
    for other in (SENT, WAITING):
        with pytest.raises(ConflictError, match="it will be printed"):
            rules.reprinted(other)


def test_job_that_was_cancelled_before_any_try_is_no_copy() -> None:
    job = rules.reprinted(rules.cancelled(WAITING, NOW))

    assert job == WAITING
    assert not rules.is_copy(job)


def test_printer_that_fails_is_tried_less_and_less_often() -> None:
    station, waits = STATION, []
    for _ in range(8):
        station = rules.after(station, "not_printed", "off", NOW)
        waits.append(station.retry_at - NOW)

    assert waits == [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
    assert (station.failures, station.problem) == (8, "off")
    assert rules.after(station, "failed", "no such parcel", NOW) == station
    assert rules.after(station, "done", "", NOW) == STATION
