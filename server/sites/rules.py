"""Sites and zones as desks and imports put them."""

import zoneinfo

from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import code_fits, prefix_fits, put_record, text_fits, within
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.sites.messages import PutSite, PutZone
from server.sites.records import Site, Zone

SITE_NUMBER_MAX = 99_999


def find_site(look: Look, code: str) -> Site | None:
    """The site with this code, if there is one."""
    found = look.listing(Site, "by_code", (NETWORK, code))
    return found[0] if found else None


def find_zone(look: Look, site: int, code: str) -> Zone | None:
    """The zone with this code at a site, if there is one."""
    found = look.listing(Zone, "by_code", (site, code))
    return found[0] if found else None


def site_known(context: Context) -> bool:
    """Whether the lane's own site was put; a wrong number must not make a site by itself."""
    if context.picture.get(Site, (NETWORK, context.site)) is not None:
        return True
    context.refuse("unknown_site", actual=context.site, then="put the site first")
    return False


def is_time_zone(name: str) -> bool:
    """Whether the tz database knows a name."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def site_needs(operation: PutSite, want: Want, _context: Context) -> None:
    """All sites: they are few, and a new one must differ from each."""
    find_site(want, operation.code)
    want.listing(Site, "all", (NETWORK,))


def put_site(operation: PutSite, picture: Picture, context: Context) -> None:
    """Make or change a site."""
    if not (
        code_fits(context, "code", operation.code)
        and text_fits(context, "name", operation.name)
        and prefix_fits(context, "company_prefix", operation.company_prefix)
    ):
        return
    if not is_time_zone(operation.time_zone):
        context.refuse("bad_time_zone", "a name like Europe/Berlin", operation.time_zone[:64])
        return
    before = find_site(picture, operation.code)
    number = _number(operation, before, picture, context)
    if number is None:
        return
    site = Site(
        site=NETWORK,
        id=number,
        code=operation.code,
        name=operation.name,
        time_zone=operation.time_zone,
        company_prefix=operation.company_prefix,
        state=before.state if before else "open",
    )
    put_record(context, before, site, id=number)


def _number(
    operation: PutSite, before: Site | None, picture: Picture, context: Context
) -> int | None:
    asked = operation.number
    if before is not None:
        if asked in (None, before.id):
            return before.id
        context.refuse("number_fixed", before.id, asked, "a site keeps its number")
        return None
    taken = {site.id: site.code for site in picture.listing(Site, "all", (NETWORK,))}
    number = max(taken, default=0) + 1 if asked is None else asked
    if number in taken:
        context.refuse("number_taken", f"{number} for {taken[number]}", operation.code)
        return None
    return number if within(context, "number", number, 1, SITE_NUMBER_MAX) else None


def zone_needs(operation: PutZone, want: Want, context: Context) -> None:
    """The site and the zone."""
    want.row(Site, (NETWORK, context.site))
    find_zone(want, context.site, operation.code)


def put_zone(operation: PutZone, picture: Picture, context: Context) -> None:
    """Make or change a zone."""
    if not (
        site_known(context)
        and code_fits(context, "code", operation.code)
        and text_fits(context, "name", operation.name)
    ):
        return
    before = find_zone(picture, context.site, operation.code)
    number = before.id if before else context.new_id()
    put_record(
        context, before, Zone(context.site, number, operation.code, operation.name), id=number
    )


PUT_SITE = Activity(PutSite, site_needs, put_site)
PUT_ZONE = Activity(PutZone, zone_needs, put_zone)
ACTIVITIES = (PUT_SITE, PUT_ZONE)
