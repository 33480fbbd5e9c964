"""The doors of a round, for the page of whoever drives it."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.params import PathParameter

from server.api.device.sign_in import FLOOR_ROLES
from server.api.guards import bearer, principal_for
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.core import Core
from server.errors import ForbiddenError
from server.reports.doors import Door, doors_of
from server.reports.reading import INTEGER_MAX

RoundNumber = Annotated[int, PathParameter(ge=1, le=INTEGER_MAX)]


class Doors(msgspec.Struct, frozen=True):
    """Where a round leads."""

    doors: list[Door]


@get(
    "/app/round/{number:int}",
    summary="The doors of a round",
    description="Names and addresses, for the session of whoever drives it, on that device.",
    security=[{"session": []}],
    tags=["device"],
)
async def doors(request: AnyRequest, core: CoreHere, number: RoundNumber) -> Response[Doors]:
    """Answer where a round leads; no cache keeps it."""
    found = await asyncio.to_thread(_doors_for, core, bearer(request), number)
    return Response(Doors(found), headers={"Cache-Control": "no-store"})


def _doors_for(core: Core, token: str, number: int) -> list[Door]:
    principal = principal_for(core, token)
    if principal.role not in FLOOR_ROLES or principal.device is None:
        raise ForbiddenError("A round is read on the device that drives it.")
    with core.database.reading() as connection:
        return doors_of(connection, principal.device, number)
