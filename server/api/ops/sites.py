"""Master records at desks: sites, zones, locations, merchants, items; one by one, or by import."""

from typing import Annotated, Literal

import msgspec
from litestar import get, put
from litestar.params import Body, QueryParameter

from server.api.desk import Done, ask, known_site, owner_of
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import After, Code, CodeAsked, Limit, SiteNumber, Text
from server.catalog.messages import PutItem, PutItemCode
from server.lane.activity import NETWORK
from server.ledger.locations import PutLocation
from server.merchants.messages import PutMerchant
from server.reports import masters
from server.reports.masters import ItemRow, LocationRow, MerchantRow, SiteRow, ZoneRow
from server.reports.reading import LIMIT, Page
from server.sites.messages import PutSite, PutZone

Side = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
"""Length of a side, mm."""


class SiteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a site should be."""

    code: Code
    name: Text
    time_zone: Text
    company_prefix: Text = ""
    number: Annotated[int, msgspec.Meta(ge=1, le=99_999)] | None = None


class ZoneBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a zone should be."""

    code: Code
    name: Text = ""


class LocationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a location should be; zone and owner are codes."""

    code: Code
    place_kind: Literal["bin", "dock", "bench", "staging", "van"]
    zone: Text = ""
    walk: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    owner: Text = ""
    state: Literal["open", "retired"] = "open"
    use: Literal[
        "",
        "pick",
        "reserve",
        "dock",
        "returns",
        "quarantine",
        "outbound",
        "handover",
        "packing",
    ] = ""
    """What stands there; goods at a dock or at returns are put away from there.

    At staging places: totes that the zone takes on (handover), or that are to be packed (packing).
    """
    size: Text = ""
    units_max: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    mixing: Literal["any", "item", "lot"] = "any"


class MerchantBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a merchant should be."""

    code: Code
    name: Text
    company_prefix: Text = ""


class ItemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an item should be."""

    owner: Code
    sku: Code
    description: Annotated[str, msgspec.Meta(max_length=500)] = ""
    lot_capture: Literal["never", "receipt", "shipping"] = "never"
    serial_capture: Literal["never", "receipt", "shipping"] = "never"
    base_unit: Literal["each", "gram"] = "each"
    verify: Literal["line", "unit"] = "line"
    weight_g: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    velocity: Literal["", "A", "B", "C"] = ""
    hazard: Text = ""
    length_mm: Side | None = None
    width_mm: Side | None = None
    height_mm: Side | None = None
    expiry_capture: Literal["never", "receipt"] = "never"
    rotation: Literal["none", "fifo", "fefo"] = "none"
    min_days: Annotated[int, msgspec.Meta(ge=0, le=3_650)] = 0


class ItemCodeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A barcode of an item at one pack level."""

    owner: Code
    sku: Code
    code: Code
    level: Literal["each", "inner", "case", "pallet"] = "each"
    factor: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    scheme: Literal["gtin", "own"] = "gtin"


@get("/sites", summary="Sites", sync_to_thread=True, responses=shown(list[SiteRow]))
def list_sites(core: CoreHere) -> list[SiteRow]:
    """List warehouses, stores and depots by number."""
    with core.database.reading() as connection:
        return masters.sites(connection)


@put("/sites", summary="Put a site", responses=shown(Done, "Its number is in `grant`."))
async def put_site(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[SiteBody, Body(examples=[*examples_of(SiteBody, code="LON", number=1)])],
) -> Done:
    """Make or change a site by its code; a new one without a number gets the next."""
    message = PutSite(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, NETWORK, message)


@get(
    "/sites/{site:int}/zones",
    summary="Zones of a site",
    sync_to_thread=True,
    responses=shown(list[ZoneRow]),
)
def list_zones(core: CoreHere, site: SiteNumber) -> list[ZoneRow]:
    """List the parts of a site by which work is handed out."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return masters.zones(connection, site)


@put("/sites/{site:int}/zones", summary="Put a zone", responses=shown(Done))
async def put_zone(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[ZoneBody, Body(examples=[*examples_of(ZoneBody, code="A", name="Aisle A")])],
) -> Done:
    """Make or change a zone by its code."""
    message = PutZone(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get(
    "/sites/{site:int}/locations",
    summary="Locations of a site",
    sync_to_thread=True,
    responses=shown(Page[LocationRow]),
)
def list_locations(
    core: CoreHere,
    site: SiteNumber,
    kind: Annotated[
        Literal["bin", "dock", "bench", "staging", "van"] | None,
        QueryParameter(description="Only those of a kind."),
    ] = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[LocationRow]:
    """List bins, docks, benches, staging places and vans."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return masters.locations(connection, site, kind=kind, after=after, limit=limit)


@put("/sites/{site:int}/locations", summary="Put a location", responses=shown(Done))
async def put_location(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[LocationBody, Body(examples=[*examples_of(LocationBody)])],
) -> Done:
    """Make or change a location by its code."""
    message = PutLocation(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get("/merchants", summary="Merchants", sync_to_thread=True, responses=shown(list[MerchantRow]))
def list_merchants(core: CoreHere) -> list[MerchantRow]:
    """List the owners of goods."""
    with core.database.reading() as connection:
        return masters.merchants(connection)


@put("/merchants", summary="Put a merchant", responses=shown(Done))
async def put_merchant(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[MerchantBody, Body(examples=[*examples_of(MerchantBody, code="ACME")])],
) -> Done:
    """Make or change a merchant by its code."""
    message = PutMerchant(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, NETWORK, message)


@get("/items", summary="Items", sync_to_thread=True, responses=shown(Page[ItemRow]))
def list_items(
    core: CoreHere,
    owner: CodeAsked = None,
    sku: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ItemRow]:
    """List items with their barcodes, of one merchant (by code) or of all."""
    with core.database.reading() as connection:
        number = owner_of(connection, owner)
        return masters.items(connection, owner=number, sku=sku, after=after, limit=limit)


@put("/items", summary="Put an item", responses=shown(Done))
async def put_item(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[ItemBody, Body(examples=[*examples_of(ItemBody)])],
) -> Done:
    """Make or change an item by its owner's code and SKU."""
    message = PutItem(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, NETWORK, message)


@put("/item_codes", summary="Put a barcode", responses=shown(Done))
async def put_item_code(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[
        ItemCodeBody, Body(examples=[*examples_of(ItemCodeBody, code="04006381333931")])
    ],
) -> Done:
    """Give an item a barcode at one pack level."""
    message = PutItemCode(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, NETWORK, message)


SITE_HANDLERS = (
    list_sites,
    put_site,
    list_zones,
    put_zone,
    list_locations,
    put_location,
    list_merchants,
    put_merchant,
    list_items,
    put_item,
    put_item_code,
)
