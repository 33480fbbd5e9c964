"""Tests of errors."""

from server.errors import ConflictError, TotebookError


def test_error_carries_what_a_caller_needs() -> None:
    error = ConflictError(
        "Order 7 came with other lines before.",
        code="orders.conflict",
        title="Other content under the same number",
        pointers=[("/lines/0", "was 3 units")],
    )

    assert (error.code, error.status) == ("orders.conflict", 409)
    assert error.title == "Other content under the same number"
    assert str(error) == error.detail == "Order 7 came with other lines before."
    assert error.pointers == (("/lines/0", "was 3 units"),)


def test_error_defaults_to_its_kind() -> None:
    error = ConflictError("No.")

    assert (error.code, error.title, error.pointers) == ("conflict", "The book says otherwise", ())
    assert isinstance(error, TotebookError)
