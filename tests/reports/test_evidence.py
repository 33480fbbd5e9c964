"""What is told of a line that may hold anything."""

import pytest

from server.reports.evidence import did, named_in


@pytest.mark.parametrize(
    "line",
    ["no JSON", None, 5, [], {}, {"personal": "aa", "attachments": {"a": 1}}, {"personal": [5]}],
)
def test_line_that_names_nothing_readable_has_no_evidence(line: object) -> None:
    assert named_in(line) == {}


def test_kind_of_an_operation_is_told_where_it_can_be_read() -> None:
    assert did(b'{"kind":"deliver","quantity":"many"}') == "deliver"
    assert (did(b'{"kind":5}'), did(b"\xff"), did(b"{}")) == ("", "", "")
