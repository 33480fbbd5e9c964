"""Devices at desks: who they are, invitations with a QR code, suspending and revoking."""

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import Body

from server.api.desk import Done, ask, found, known_site
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.limits import AnyRequest
from server.api.parameters import Code, Id, Number, SiteNumber
from server.clock import to_rfc3339
from server.core import Core
from server.identity.messages import CommandDevice, InviteDevice
from server.identity.secrets import hash_code
from server.ids import random_code
from server.labels.documents import EnrolmentLabel
from server.labels.formats import file_of
from server.reports import devices
from server.reports.devices import DeviceRow, Freshness
from server.tasks.devices import SetDeviceState

INVITED_MS = 24 * 3_600_000


class InviteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the device is for; zones are ids, none means the whole site."""

    name: Code
    role: Literal["floor", "courier"] = "floor"
    zones: tuple[Number, ...] = ()


class Invitation(msgspec.Struct, frozen=True):
    """A one-time code, to be typed or scanned; it is shown this once."""

    device: int
    code: str
    expires: str
    label: str
    """The QR code with the address and the code, as SVG."""
    url: str
    """What the QR code says: the app, opened with the code filled in."""


class StateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In or out of work: suspended may send and gets nothing, revoked opens nothing any more."""

    state: Literal["active", "suspended", "revoked"]


class CommandBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the device is to do when it says hello; none takes that back.

    `wipe` forgets at once also what was not sent yet: only for a device whose goods are settled.
    """

    command: Literal["rotate_key", "upload_then_wipe", "wipe", "none"]


@get(
    "/sites/{site:int}/devices",
    summary="Devices of a site",
    sync_to_thread=True,
    responses=shown(list[DeviceRow], "`known_until` is the moment of a device's last line."),
)
def list_devices(core: CoreHere, site: SiteNumber) -> list[DeviceRow]:
    """List devices, with up to when the book knows them; what is later may be unsent."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return devices.devices(connection, site)


@get(
    "/sites/{site:int}/freshness",
    summary="How fresh a site's book is",
    sync_to_thread=True,
    responses=shown(Freshness),
)
def show_freshness(core: CoreHere, site: SiteNumber) -> Freshness:
    """Tell up to when all devices of a site are known."""
    with core.database.reading() as connection:
        known_site(connection, site)
        rows = devices.freshness(connection, [site])
        return found(rows[0] if rows else None, "site at work")


@post(
    "/sites/{site:int}/devices",
    summary="Invite a device",
    responses=shown(Invitation, "The code, this once.", 201),
)
async def invite_device(
    request: AnyRequest,
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        InviteBody, Body(examples=[*examples_of(InviteBody, name="handheld 7", zones=[])])
    ],
) -> Invitation:
    """Invite a new device: it enrols with the code within a day."""
    code = random_code(core.randomness)
    until = core.clock.now() + INVITED_MS
    message = InviteDevice(
        actor=principal.actor,
        name=data.name,
        role=data.role,
        zones=data.zones,
        code_hash=hash_code(code),
        until=until,
    )
    return await invited(request, core, site, message, code)


@post(
    "/sites/{site:int}/devices/{device:int}/enrol_again",
    summary="Let a device enrol again",
    responses=shown(Invitation, "The code, this once.", 201),
)
async def enrol_again(
    request: AnyRequest, core: CoreHere, principal: PrincipalHere, site: SiteNumber, device: Id
) -> Invitation:
    """Give a wiped or doubled device a new code; its old key is good until that is spent."""

    def known() -> tuple[DeviceRow, tuple[int, ...]]:
        with core.database.reading() as connection:
            rows = devices.devices(connection, site, device)
            zones = devices.zones_of(connection, site, device)
            return found(rows[0] if rows else None, "device"), zones

    row, zones = await asyncio.to_thread(known)
    code = random_code(core.randomness)
    message = InviteDevice(
        actor=principal.actor,
        name=row.name,
        role=row.role,
        zones=zones,
        code_hash=hash_code(code),
        until=core.clock.now() + INVITED_MS,
        device=device,
    )
    return await invited(request, core, site, message, code)


async def invited(
    request: AnyRequest, core: Core, site: int, message: InviteDevice, code: str
) -> Invitation:
    """Say an invitation and answer its code, drawn."""
    told = await ask(core, site, message)
    expires = to_rfc3339(message.until)
    url = f"{str(request.base_url).rstrip('/')}/app/#enrol?code={code}"
    shown_until = f"{expires[:16].replace('T', ' ')} UTC"
    label = EnrolmentLabel(url=url, code=code, expires=shown_until)
    drawn = (await asyncio.to_thread(file_of, label, "svg")).decode()
    return Invitation(int(str((told.grant or {})["device"])), code, expires, drawn, url)


@post(
    "/sites/{site:int}/devices/{device:int}/state",
    summary="Suspend, revoke or reactivate a device",
    status_code=200,
    responses=shown(Done),
)
async def set_device_state(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    device: Id,
    data: Annotated[StateBody, Body(examples=[*examples_of(StateBody)])],
) -> Done:
    """Put a device in or out of work; its packages wait for another."""
    message = SetDeviceState(actor=principal.actor, device=device, state=data.state)
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/devices/{device:int}/command",
    summary="Have a device change its key, or forget everything",
    status_code=200,
    responses=shown(Done),
)
async def command_device(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    device: Id,
    data: Annotated[CommandBody, Body(examples=[*examples_of(CommandBody)])],
) -> Done:
    """Tell a device what to do with its next hello; a wipe is over when it enrols again."""
    message = CommandDevice(actor=principal.actor, device=device, command=data.command)
    return await ask(core, site, message)


DEVICE_DESK_HANDLERS = (
    list_devices,
    show_freshness,
    invite_device,
    enrol_again,
    set_device_state,
    command_device,
)
