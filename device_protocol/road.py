"""Operations of the road beyond delivering: money that was taken, and goods that are collected.

They follow the rules of `operations.py`: facts are never refused, empty members are unknown.
"""

from device_protocol.operations import Operation


class HandOverCash(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="hand_over_cash"):
    """`amount` of `currency`, in its smallest unit, was counted and left the person's purse.

    `to` is the cash desk, as scanned; without one, `witness` is the badge of who took it.
    """

    amount: int
    currency: str
    round: int | None = None
    to: str = ""


class Collect(Operation, frozen=True, omit_defaults=True, kw_only=True, tag="collect"):
    """Parcel `unit` was taken back at a door into van `to`; `reason` says why it goes back."""

    unit: str
    to: str
    stop: int | None = None
    announced: str = ""
    """Number of the return, as its channel told it."""
    arrived: int | None = None


class FailCollection(
    Operation, frozen=True, omit_defaults=True, kw_only=True, tag="fail_collection"
):
    """Nothing was taken back at `stop`; `reason` says why."""

    stop: int
    next_date: str = ""
    arrived: int | None = None
