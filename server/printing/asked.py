"""What can be asked to be printed, and how it becomes a file.

Labels that hold a recipient are named by their parcel and read from the book when they are printed:
a job that waits, or is kept, holds no name and no address, and prints none that was erased.
"""

import msgspec
import sqlalchemy as sa

from server.errors import InvalidError, NotFoundError
from server.labels.documents import ItemLabel, Label, LocationLabel, PalletLabel, ToteLabel
from server.reports.manifests import manifest_list
from server.reports.parcels import packing_list, parcel_label

WHAT_BYTES_MAX = 8_192


class AskedParcel(
    msgspec.Struct, frozen=True, tag_field="kind", tag="parcel", forbid_unknown_fields=True
):
    """The shipping label of a parcel; printed again it has the same SSCC."""

    sscc: str


class AskedPackingList(
    msgspec.Struct, frozen=True, tag_field="kind", tag="packing_list", forbid_unknown_fields=True
):
    """The packing list of a parcel."""

    sscc: str


class AskedManifest(
    msgspec.Struct, frozen=True, tag_field="kind", tag="manifest", forbid_unknown_fields=True
):
    """The manifest of a round, with what was loaded by then."""

    site: int
    round: int


Plain = PalletLabel | LocationLabel | ToteLabel | ItemLabel
"""Labels that say all they need by themselves."""
Asked = AskedParcel | AskedPackingList | AskedManifest | Plain
_DECODER: msgspec.json.Decoder[Asked] = msgspec.json.Decoder(Asked)


def written(asked: Asked) -> tuple[str, str]:
    """Kind and JSON of what is asked; InvalidError if that is too long to be kept."""
    line = msgspec.json.encode(asked)
    if len(line) > WHAT_BYTES_MAX:
        detail = f"A label takes at most {WHAT_BYTES_MAX} bytes of text, this has {len(line)}."
        raise InvalidError(detail, pointers=[("/label", "too long")])
    return str(asked.__struct_config__.tag), line.decode()


def read(what: str) -> Asked:
    """What a job asks for."""
    return _DECODER.decode(what)


def label_of(connection: sa.Connection, asked: Asked) -> Label:
    """The label with everything on it; NotFoundError where there is no such parcel or round."""
    label: Label | None
    if isinstance(asked, AskedParcel):
        label = parcel_label(connection, asked.sscc)
    elif isinstance(asked, AskedPackingList):
        label = packing_list(connection, asked.sscc)
    elif isinstance(asked, AskedManifest):
        label = manifest_list(connection, asked.site, asked.round)
    else:
        label = asked
    if label is None:
        what = "round" if isinstance(asked, AskedManifest) else "parcel"
        raise NotFoundError(f"There is no such {what}.")
    return label
