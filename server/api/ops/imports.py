"""Imports at desks: master files and order files, with a dry run for the former."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from litestar import post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter
from msgspec.structs import replace

from server.api.desk import known_site, owner_of
from server.api.examples import shown
from server.api.guards import Principal
from server.api.handles import CoreHere, PrincipalHere
from server.api.limits import AnyRequest
from server.api.parameters import SiteNumber
from server.core import Core
from server.errors import ForbiddenError, InvalidError
from server.identity.personal import kept_ms
from server.integrations.import_rows import read_directory
from server.integrations.imports import Report, run_import
from server.integrations.mapping import MappingError, read_mapping
from server.integrations.order_intake import Intake, Placed, orders_of, placed
from server.integrations.order_returns import take_back
from server.integrations.orders_csv import read_orders
from server.lane.activity import IMPORT

IMPORT_BYTES_MAX = 64 * 1024 * 1024
FILES_MAX = 50
MasterKind = Literal["sites", "zones", "merchants", "locations", "items", "codes", "people"]


@post(
    "/imports/{kind:str}",
    summary="Import a master file",
    status_code=200,
    request_max_body_size=IMPORT_BYTES_MAX,
    responses=shown(Report, "What became of the rows; refused ones with line and reason."),
)
async def import_masters(
    request: AnyRequest,
    core: CoreHere,
    principal: PrincipalHere,
    kind: Annotated[
        MasterKind,
        PathParameter(description="What the rows are.", examples=[Example(value="items")]),
    ],
    dry_run: Annotated[bool, QueryParameter(description="Only say what would become.")] = False,
) -> Report:
    """Import a CSV file (UTF-8, the body as it is); docs/imports.md lists the columns.

    A bad line never stops the good ones, and importing a file again changes nothing.
    """
    if kind == "people" and principal.role != "admin":
        raise ForbiddenError("Only an admin imports people.")
    content = await request.body()
    return await asyncio.to_thread(imported, core, principal, kind, content, dry_run=dry_run)


def imported(
    core: Core, principal: Principal, kind: str, content: bytes, *, dry_run: bool
) -> Report:
    """Import a file's content, or rehearse it."""
    with core.database.reading() as connection:
        directory = read_directory(connection)
    say = core.lanes.rehearse if dry_run else core.lanes.say
    return run_import(say, kind, content, directory, core.randomness, actor=principal.actor)


@dataclass
class OrderUpload:
    """Order files, and the mapping by which they are read."""

    mapping: UploadFile
    orders: list[UploadFile]


@post(
    "/sites/{site:int}/orders/import",
    summary="Import order files",
    status_code=200,
    request_max_body_size=IMPORT_BYTES_MAX,
    responses=shown(Placed, "What became of every document."),
)
async def import_orders(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        OrderUpload,
        Body(
            media_type=RequestEncodingType.MULTI_PART,
            description="`mapping` is a TOML file, `orders` one or more CSV files.",
        ),
    ],
) -> Placed:
    """Place the orders of CSV files at a site that fulfils them, read by a mapping file.

    Orders that are known already are duplicates or, with other content, conflicts.
    """
    if not 1 <= len(data.orders) <= FILES_MAX:
        raise InvalidError(
            f"Send 1 to {FILES_MAX} order files.", pointers=[("/orders", f"1 to {FILES_MAX} files")]
        )
    mapping = await data.mapping.read()
    files = [(Path(each.filename).name or "orders.csv", await each.read()) for each in data.orders]
    return await asyncio.to_thread(taken_in, core, principal, site, mapping, files)


def taken_in(
    core: Core, principal: Principal, site: int, mapping: bytes, files: list[tuple[str, bytes]]
) -> Placed:
    """Read uploaded files and place their orders."""
    with tempfile.TemporaryDirectory(prefix="totebook-import-") as folder:
        rules = Path(folder, "mapping.toml")
        rules.write_bytes(mapping)
        paths = []
        for number, (name, content) in enumerate(files):
            path = Path(folder, str(number), name)
            path.parent.mkdir()
            path.write_bytes(content)
            paths.append(path)
        try:
            mapped = read_mapping(rules)
        except MappingError as error:
            # The folder is nobody's business.
            raise MappingError(error.detail.replace(f"{folder}/", "")) from error
        found = read_orders(paths, mapped)
    with core.database.reading() as connection:
        known_site(connection, site)
        owner = owner_of(connection, mapped.owner)
    orders = orders_of(found, owner or 0, site)
    intake = Intake(
        core.lanes,
        core.database,
        core.randomness,
        stream=IMPORT,
        actor=principal.actor,
        kept_ms=kept_ms(core.settings, "recipient"),
    )
    outcomes = intake.take(orders, core.clock.now())
    core.drain()
    back = take_back(
        found,
        owner or 0,
        say=core.lanes.say,
        database=core.database,
        stream=IMPORT,
        actor=principal.actor,
    )
    told = placed(found, orders, outcomes, back)
    unreadable = [line.replace(f"{folder}/", "") for line in told.unreadable]
    return replace(told, unreadable=unreadable)


IMPORT_HANDLERS = (import_masters, import_orders)
