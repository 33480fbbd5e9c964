"""Taking work on at a terminal: which package, under which lease, with what the documents say."""

from typing import Any

from msgspec.structs import replace

from device_protocol.operations import Claim
from device_protocol.terminal import BeginWork
from device_protocol.workflow.lookups import Lookups, package_lines, package_of, round_of
from device_protocol.workflow.view import Work
from server.terminals.faults import NoWorkError

PICK = "pick"


def claim_of(asked: BeginWork, lookups: Lookups, device: int, actor: str) -> Claim | None:
    """The lease to ask for; None where the work needs none."""
    if asked.workflow != PICK:
        return None
    package = asked.package
    if package is None:
        package = next_package(lookups, device)
    return Claim(work=package, actor=actor)


def next_package(lookups: Lookups, device: int) -> int:
    """The package to pick next: first the device's own, then by priority and age."""
    packages = [package_of(body) for body in lookups.listed("package", "")]
    free = [
        (package.holder is None, package.priority, package.id)
        for package in packages
        if package.holder in (None, device)
    ]
    if not free:
        raise NoWorkError("No package waits here; try another zone, or later.")
    return min(free)[2]


def work_of(asked: BeginWork, lookups: Lookups, package: int | None, fence: int | None) -> Work:
    """The work as the interpreter knows it."""
    work = Work(
        announced=asked.announced,
        shipment=asked.shipment,
        round=asked.round,
        van=asked.van,
        bench=asked.bench,
        stop=asked.stop,
    )
    if package is not None:
        body = lookups.body(f"package/{package}")
        mode = package_lines(body).mode if body is not None else ""
        return replace(work, package=package, fence=fence, mode=mode)
    tour = lookups.body(f"round/{asked.round}") if asked.round and not asked.van else None
    return replace(work, van=round_of(tour).van) if tour is not None else work


def fence_of(grant: dict[str, Any]) -> int | None:
    """The fencing number of what a claim was granted."""
    lease = grant.get("lease")
    return int(lease["fence"]) if isinstance(lease, dict) else None
