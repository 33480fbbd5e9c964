"""From the rows of a master file to messages for the lanes: docs/imports.md lists the columns."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from server.catalog.messages import PutItem, PutItemCode
from server.catalog.resolve import normal_code
from server.identity.messages import PutPerson
from server.identity.models import PERSON
from server.identity.secrets import check_secret, hash_secret
from server.ids import Randomness
from server.lane.activity import NETWORK
from server.lane.message import Message
from server.ledger.locations import PutLocation
from server.merchants.messages import PutMerchant
from server.merchants.models import MERCHANT
from server.sites.messages import PutSite, PutZone
from server.sites.models import SITE

PIN_CHARACTERS_MIN = 4
NUMBER_DIGITS_MAX = 15


class Directory(msgspec.Struct, frozen=True):
    """What codes in files stand for: numbers of sites and owners, hashes of people's PINs."""

    sites: Mapping[str, int] = {}
    owners: Mapping[str, int] = {}
    secrets: Mapping[str, str] = {}


def read_directory(connection: sa.Connection) -> Directory:
    """Return the directory as the database has it now."""
    return Directory(
        sites=_by_code(connection, SITE, "id"),
        owners=_by_code(connection, MERCHANT, "id"),
        secrets=_by_code(connection, PERSON, "secret"),
    )


def _by_code(connection: sa.Connection, table: sa.Table, value: str) -> dict[str, Any]:
    return {row.code: row[1] for row in connection.execute(sa.select(table.c.code, table.c[value]))}


class FieldError(ValueError):
    """A field of a row can't be so; the text says which and why."""


class Said(NamedTuple):
    """What one row says: for which site's lane, of which thing, and the message."""

    site: int
    about: tuple[str, ...]
    """Two rows of one file about the same thing must say the same."""
    message: Message


class RowReader:
    """Turns rows into messages, given what codes stand for."""

    def __init__(self, directory: Directory, randomness: Randomness, actor: str) -> None:
        """Sign each message with `actor`; hash PINs with salts from `randomness`."""
        self.directory = directory
        self.randomness = randomness
        self.actor = actor
        self._secrets = dict(directory.secrets)

    def site(self, fields: Mapping[str, str]) -> Said:
        """A line of `sites`."""
        message = PutSite(
            actor=self.actor,
            code=fields["code"],
            name=fields["name"],
            time_zone=fields["time_zone"],
            company_prefix=fields.get("company_prefix", ""),
            number=whole_number(fields, "number"),
        )
        return Said(NETWORK, (message.code,), message)

    def zone(self, fields: Mapping[str, str]) -> Said:
        """A line of `zones`."""
        message = PutZone(
            actor=self.actor, code=fields["code"], name=fields.get("name", fields["code"])
        )
        return Said(self._site(fields), (fields["site"], message.code), message)

    def location(self, fields: Mapping[str, str]) -> Said:
        """A line of `locations`."""
        message = PutLocation(
            actor=self.actor,
            code=fields["code"],
            place_kind=fields["kind"],
            zone=fields.get("zone", ""),
            walk=whole_number(fields, "walk") or 0,
            owner=fields.get("owner", ""),
            state=fields.get("state", "open"),
            use=fields.get("use", ""),
            size=fields.get("size", ""),
            units_max=whole_number(fields, "units_max") or 0,
            mixing=fields.get("mixing", "any"),
        )
        return Said(self._site(fields), (fields["site"], message.code), message)

    def merchant(self, fields: Mapping[str, str]) -> Said:
        """A line of `merchants`."""
        message = PutMerchant(
            actor=self.actor,
            code=fields["code"],
            name=fields["name"],
            company_prefix=fields.get("company_prefix", ""),
        )
        return Said(NETWORK, (message.code,), message)

    def item(self, fields: Mapping[str, str]) -> Said:
        """A line of `items`."""
        message = PutItem(
            actor=self.actor,
            owner=fields["owner"],
            sku=fields["sku"],
            description=fields.get("description", ""),
            lot_capture=fields.get("lot_capture", "never"),
            serial_capture=fields.get("serial_capture", "never"),
            base_unit=fields.get("base_unit", "each"),
            verify=fields.get("verify", "line"),
            weight_g=whole_number(fields, "weight_g"),
            velocity=fields.get("velocity", ""),
            hazard=fields.get("hazard", ""),
            length_mm=whole_number(fields, "length_mm"),
            width_mm=whole_number(fields, "width_mm"),
            height_mm=whole_number(fields, "height_mm"),
            expiry_capture=fields.get("expiry_capture", "never"),
            rotation=fields.get("rotation", "none"),
            min_days=whole_number(fields, "min_days") or 0,
        )
        return Said(NETWORK, (message.owner, message.sku), message)

    def code(self, fields: Mapping[str, str]) -> Said:
        """A line of `codes`."""
        factor = whole_number(fields, "factor")
        message = PutItemCode(
            actor=self.actor,
            owner=fields["owner"],
            sku=fields["sku"],
            code=fields["code"],
            level=fields.get("level", "each"),
            factor=1 if factor is None else factor,
            scheme=fields.get("scheme", "gtin"),
        )
        code = normal_code(message.code)
        return Said(NETWORK, (message.owner, message.sku, code, message.level), message)

    def person(self, fields: Mapping[str, str]) -> Said:
        """A line of `people`."""
        owner = fields.get("owner")
        if owner is not None and owner not in self.directory.owners:
            raise FieldError(f"owner {owner!r} is not known: import the merchants first")
        message = PutPerson(
            actor=self.actor,
            code=fields["code"],
            role=fields["role"],
            secret=self._secret(fields["code"], fields.get("pin", "")),
            home=self._site(fields) if "site" in fields else NETWORK,
            owner=None if owner is None else self.directory.owners[owner],
        )
        return Said(NETWORK, (message.code,), message)

    def _secret(self, person: str, pin: str) -> str:
        """Keep the hash of an unchanged PIN, for a new salt would change the person each time."""
        if not pin:
            return ""
        if len(pin) < PIN_CHARACTERS_MIN:
            raise FieldError(f"pin has fewer than {PIN_CHARACTERS_MIN} characters")
        kept = self._secrets.get(person, "")
        if not (kept and check_secret(kept, pin)):
            kept = hash_secret(pin, self.randomness)
        self._secrets[person] = kept
        return kept

    def _site(self, fields: Mapping[str, str]) -> int:
        number = self.directory.sites.get(fields["site"])
        if number is None:
            raise FieldError(f"site {fields['site']!r} is not known: import the sites first")
        return number


def whole_number(fields: Mapping[str, str], name: str) -> int | None:
    """Return the whole number in a field; None where it is empty."""
    text = fields.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX):
        raise FieldError(f"{name} is {text!r}, and must be a whole number from 0")
    return int(text)


class Kind(NamedTuple):
    """One kind of master file: its columns, and what its rows say."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[RowReader, Mapping[str, str]], Said]


KINDS: Mapping[str, Kind] = {
    "sites": Kind(("code", "name", "time_zone"), ("number", "company_prefix"), RowReader.site),
    "zones": Kind(("site", "code"), ("name",), RowReader.zone),
    "merchants": Kind(("code", "name"), ("company_prefix",), RowReader.merchant),
    "locations": Kind(
        ("site", "code", "kind"),
        ("zone", "walk", "owner", "state", "use", "size", "units_max", "mixing"),
        RowReader.location,
    ),
    "items": Kind(
        ("owner", "sku"),
        (
            *("description", "lot_capture", "serial_capture", "base_unit", "verify", "weight_g"),
            *("expiry_capture", "rotation", "min_days", "velocity", "hazard"),
        ),
        RowReader.item,
    ),
    "codes": Kind(("owner", "sku", "code"), ("level", "factor", "scheme"), RowReader.code),
    "people": Kind(("code", "role"), ("pin", "site", "owner"), RowReader.person),
}
"""In an order in which whatever a file names has been imported before it."""
