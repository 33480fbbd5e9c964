"""Rows of discrepancies as a desk shows them."""

from typing import Any


def difference(number: int, left: int | None = -3, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    """A count that differed and that nothing explains, or what is said of it."""
    told: dict[str, Any] = {
        "discrepancy": number,
        "kind": "count_variance",
        "state": "open",
        "place": "LOC-A-01-05",
        "owner": "ACME",
        "sku": "A001",
        "lot": "",
        "serial": "",
        "cause": "",
        "explained_by": "",
        "certain": True,
        "closed_kind": "",
        "left": left,
        "recounted_by": "",
        "recounted": None,
    }
    return told | said


def closed(number: int, cause: str, left: int | None = -3, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    """One that a supervisor closed."""
    done = {"state": "closed", "closed_kind": "resolve_discrepancy", "cause": cause}
    return difference(number, left, **done | said)
