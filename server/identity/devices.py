"""Devices: invited, enrolled, and beginning anew.

1. A supervisor invites a device and shows its one-time code.
2. The device makes a key pair and spends the code; its first stream starts from the server's
   nonce. If the answer was lost, the same code under the same key gets it again.
3. After a fork, a reinstall or a gap it opens a new epoch. The streams before stay open, and a
   supervisor hears of it, and of the lines that are lost.
4. Its next key takes the place of the present one when it asks, or is told to by a supervisor, who
   may have it wiped too.
"""

from msgspec.structs import replace

from device_protocol import chain, keys
from server.identity.messages import (
    CommandDevice,
    EnrolDevice,
    InviteDevice,
    OpenEpoch,
    ReportFork,
    RotateKey,
)
from server.identity.records import Device, Incident
from server.lane.activity import DEVICES, Activity, Context
from server.lane.masters import among, code_fits, put_record, text_fits
from server.lane.picture import Picture
from server.lane.records import Lane, Stream
from server.lane.want import Look, Want

ROLES = ("floor", "courier")
REASONS = ("fork", "reinstall", "gap", "wipe")
HASH_CHARACTERS = 64
ATTEMPT_CHARACTERS_MAX = 64
COMMANDS = ("none", "rotate_key", "wipe", "upload_then_wipe")
CLONE_MS = 24 * 3_600_000
"""A device that forks again so soon after it began anew is two devices."""


def find_invited(look: Look, site: int, code_hash: str) -> Device | None:
    """The device that was invited with the code of this hash, even if it has enrolled since."""
    found = look.listing(Device, "by_code", (site, code_hash))
    return found[0] if found else None


def read_hex(text: str, length_bytes: int) -> bytes | None:
    """So many bytes in hexadecimal, or None for anything else."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    return raw if len(raw) == length_bytes else None


def invite_needs(operation: InviteDevice, want: Want, context: Context) -> None:
    """The device, if it exists, and whoever has the code."""
    find_invited(want, context.site, operation.code_hash)
    if operation.device is not None:
        want.row(Device, (context.site, operation.device))


def invite(operation: InviteDevice, picture: Picture, context: Context) -> None:
    """Make the device, or let an existing one enrol again."""
    if not (
        among(context, "role", operation.role, ROLES)
        and code_fits(context, "name", operation.name)
        and _is_hash(context, operation.code_hash)
    ):
        return
    if operation.until <= context.now:
        context.refuse("code_expired", f"after {context.now}", operation.until)
        return
    if find_invited(picture, context.site, operation.code_hash) is not None:
        context.refuse("code_taken", "a code never used before", then="invite with another code")
        return
    device = _invited_device(operation, picture, context)
    if device is None:
        return
    picture.put(
        replace(
            device,
            name=operation.name,
            role=operation.role,
            enrolment=operation.code_hash,
            enrolment_until=operation.until,
            enrolled_at=None,
            zones=" ".join(map(str, operation.zones)),
            invited_at=context.now,
        )
    )
    context.grant = {"device": device.id}


def _invited_device(operation: InviteDevice, picture: Picture, context: Context) -> Device | None:
    if operation.device is not None:
        return live_device(picture, context, operation.device)
    lane = picture.need(Lane, (context.site,))
    number = lane.last_device + 1
    picture.put(replace(lane, last_device=number))
    device = Device(context.site, context.site * DEVICES + number, operation.name, operation.role)
    picture.add(device)
    return device


def live_device(picture: Picture, context: Context, number: int) -> Device | None:
    """A device of the site that is not revoked; otherwise None, and the operation is refused."""
    device = picture.get(Device, (context.site, number))
    if device is None:
        context.refuse("unknown_device", actual=number)
        return None
    if device.state == "revoked":
        context.refuse("revoked", "a device that is not revoked", number, "invite it as a new one")
        return None
    return device


def enrol_needs(operation: EnrolDevice, want: Want, context: Context) -> None:
    """The invited device, and its last stream, should the answer have been lost."""
    device = find_invited(want, context.site, operation.code_hash)
    if device is not None:
        want.row(Stream, (context.site, device.id, device.last_epoch))


def enrol(operation: EnrolDevice, picture: Picture, context: Context) -> None:
    """Take the device's key and open its stream."""
    device = find_invited(picture, context.site, operation.code_hash)
    key = read_hex(operation.public_key, keys.KEY_BYTES)
    nonce = read_hex(operation.nonce, chain.NONCE_BYTES)
    if device is None:
        context.refuse("unknown_code", then="ask for a new code")
    elif device.state == "revoked":
        context.refuse("revoked", then="ask for a new code")
    elif key is None or nonce is None:
        context.refuse("bad_key", f"{keys.KEY_BYTES} and {chain.NONCE_BYTES} bytes in hexadecimal")
    elif not text_fits(context, "app", operation.app):
        return
    elif device.enrolled_at is not None:
        if device.public_key == key:
            stream = picture.need(Stream, (context.site, device.id, device.last_epoch))
            context.grant = _opened(stream)
        else:
            context.refuse("code_spent", then="ask for a new code")
    elif context.now > device.enrolment_until:
        then = "ask for a new code"
        context.refuse("code_expired", device.enrolment_until, context.now, then)
    else:
        enrolled = replace(
            device,
            state="active",
            public_key=key,
            enrolled_at=context.now,
            app=operation.app,
            # Whatever it was told to do was told to what it was before.
            command="",
        )
        _open(context, enrolled, nonce, attempt="")


def epoch_needs(operation: OpenEpoch, want: Want, context: Context) -> None:
    """The device and all its streams."""
    want.row(Device, (context.site, operation.device))
    want.listing(Stream, "by_stream", (context.site, operation.device))


def open_epoch(operation: OpenEpoch, picture: Picture, context: Context) -> None:
    """Open the epoch after the last, once per attempt, and tell a supervisor."""
    if not among(context, "reason", operation.reason, REASONS):
        return
    if not 0 < len(operation.attempt) <= ATTEMPT_CHARACTERS_MAX:
        context.refuse("bad_attempt", f"1 to {ATTEMPT_CHARACTERS_MAX} characters")
        return
    device = live_device(picture, context, operation.device)
    if device is None:
        return
    streams = picture.listing(Stream, "by_stream", (context.site, device.id))
    opened = next((each for each in streams if each.attempt == operation.attempt), None)
    if opened is not None:
        context.grant = _opened(opened)
        return
    nonce = read_hex(operation.nonce, chain.NONCE_BYTES)
    if not streams or nonce is None:
        expected = "an enrolled device" if not streams else "16 bytes in hexadecimal"
        context.refuse("not_enrolled" if not streams else "bad_nonce", expected)
        return
    last = max(streams, key=lambda each: each.epoch)
    _report(context, operation, last, held_of(operation, streams))
    _open(context, device, nonce, operation.attempt)


def held_of(operation: OpenEpoch, streams: list[Stream]) -> tuple[str, bool]:
    """What the device holds of the epoch that it leaves, as a note, and whether lines are lost."""
    if not operation.epoch or not operation.last:
        return "", False
    left = next((each.next for each in streams if each.epoch == operation.epoch), 1)
    first = operation.first or operation.last + 1
    notes = []
    if left < first:
        lost = lines_told(left, first - 1)
        notes.append(f"{lost} of epoch {operation.epoch} are lost")
    if first <= operation.last:
        held = lines_told(first, operation.last)
        notes.append(f"{held} of it are on the device, which offers again what is missing here")
    return "; ".join(notes), left < first


def lines_told(first: int, last: int) -> str:
    """A range of lines, in words."""
    return f"lines {first} to {last}"


def _report(context: Context, operation: OpenEpoch, last: Stream, held: tuple[str, bool]) -> None:
    """Say why there is a new epoch, and what the server has of the one before."""
    note, lost = held
    reason = operation.reason
    kind = "gap" if reason == "gap" or lost else "reopened"
    notes = [f"{reason}: epoch {last.epoch} is stored up to line {last.next - 1}", note]
    if reason == "fork" and last.attempt and context.now - last.opened_at < CLONE_MS:
        kind = "gap" if lost else "clone"
        notes.append("two epochs are live: look for a copy of the device, and enrol it again")
    told = "; ".join(filter(None, notes))
    context.picture.add(
        Incident(context.site, context.new_id(), last.stream, kind, context.now, told)
    )


def rotate_needs(operation: RotateKey, want: Want, context: Context) -> None:
    """The device."""
    want.row(Device, (context.site, operation.device))


def rotate(operation: RotateKey, picture: Picture, context: Context) -> None:
    """Take the next key; a repeat finds it taken and is answered the same."""
    key = read_hex(operation.public_key, keys.KEY_BYTES)
    device = picture.get(Device, (context.site, operation.device))
    if key is None:
        context.refuse("bad_key", f"{keys.KEY_BYTES} bytes in hexadecimal")
        return
    if device is None or device.public_key != key:
        device = live_device(picture, context, operation.device)
        if device is None:
            return
        if device.public_key.hex() != operation.former:
            # Two calls that the same key signed: the first one counts.
            context.refuse("key_changed", then="hello tells which key counts")
            return
    command = "" if device.command == "rotate_key" else device.command
    changed = replace(device, public_key=key, command=command)
    put_record(context, device, changed, device=device.id)


def command_needs(operation: CommandDevice, want: Want, context: Context) -> None:
    """The device."""
    want.row(Device, (context.site, operation.device))


def command(operation: CommandDevice, picture: Picture, context: Context) -> None:
    """Tell a device what to do, also one that is revoked: it may be found by its next hello."""
    if not among(context, "command", operation.command, COMMANDS):
        return
    device = picture.get(Device, (context.site, operation.device))
    if device is None:
        context.refuse("unknown_device", actual=operation.device)
        return
    if not device.public_key:
        context.refuse("not_enrolled", "an enrolled device", device.id)
        return
    word = "" if operation.command == "none" else operation.command
    put_record(context, device, replace(device, command=word), device=device.id)


def fork_needs(_operation: ReportFork, want: Want, context: Context) -> None:
    """The open incidents of the site; they are few."""
    want.listing(Incident, "by_open", (context.site, 1))


def report_fork(operation: ReportFork, picture: Picture, context: Context) -> None:
    """Open an incident, unless the same one is open: a device sends a batch more than once."""
    kind = "fork"
    note = (
        f"epoch {operation.epoch}: from line {operation.seq} on the device's history differs from "
        "the server's"
    )
    if operation.live:
        # One incident for the epoch, however many lines still come.
        kind = "clone"
        note = (
            f"epoch {operation.epoch} goes on beside a later one: two copies of the device are at "
            "work; enrol it again"
        )
    known = picture.listing(Incident, "by_open", (context.site, 1))
    if not any((each.device, each.note) == (operation.device, note) for each in known):
        number = context.new_id()
        picture.add(Incident(context.site, number, operation.device, kind, context.now, note))


def _open(context: Context, device: Device, nonce: bytes, attempt: str) -> None:
    epoch = device.last_epoch + 1
    stream = Stream(
        site=context.site,
        stream=device.id,
        epoch=epoch,
        next=1,
        head=chain.start(device.id, epoch, nonce),
        nonce=nonce,
        attempt=attempt,
        opened_at=context.now,
    )
    context.picture.add(stream)
    context.picture.put(replace(device, last_epoch=epoch))
    context.grant = _opened(stream)


def _opened(stream: Stream) -> dict[str, int | str]:
    return {
        "device": stream.stream,
        "site": stream.site,
        "epoch": stream.epoch,
        "nonce": stream.nonce.hex(),
    }


def _is_hash(context: Context, text: str) -> bool:
    if read_hex(text, HASH_CHARACTERS // 2) is not None:
        return True
    context.refuse("bad_code_hash", "SHA-256 in hexadecimal")
    return False


INVITE_DEVICE = Activity(InviteDevice, invite_needs, invite)
ENROL_DEVICE = Activity(EnrolDevice, enrol_needs, enrol)
OPEN_EPOCH = Activity(OpenEpoch, epoch_needs, open_epoch)
REPORT_FORK = Activity(ReportFork, fork_needs, report_fork)
ROTATE_KEY = Activity(RotateKey, rotate_needs, rotate)
COMMAND_DEVICE = Activity(CommandDevice, command_needs, command)
ACTIVITIES = (
    INVITE_DEVICE,
    ENROL_DEVICE,
    OPEN_EPOCH,
    REPORT_FORK,
    ROTATE_KEY,
    COMMAND_DEVICE,
)
