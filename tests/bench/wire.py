"""S11: how many bytes an operation takes on the wire, in whole request bodies."""

import random
from collections.abc import Callable

from device_protocol import chain, codec, keys
from device_protocol.operations import (
    Clock,
    Count,
    CountLine,
    Deliver,
    Load,
    Move,
    MoveUnit,
    Operation,
    PackItem,
    Pick,
    Receive,
    Scan,
    Seal,
    Seen,
    ShortPick,
    StartTote,
)
from tests.bench.figures import Figures

DEVICE = 1_000_001
OPERATIONS = 4_000
SIZES = (1, 20, 200)
GOAL_BYTES = 40
ACTOR = "1000412"


def measure(figures: Figures) -> None:
    """Cut the same day into batches of several sizes and pack them in every way."""
    lines = [codec.encode_line(operation) for operation in day(random.Random(9))]
    for size in SIZES:
        plain, gzip, zstd = (
            sum(map(len, bodies(lines, size, encoding))) / len(lines)
            for encoding in ("", "gzip", "zstd")
        )
        figures.add(
            f"S11 wire, {size} a push",
            f"plain {plain:.0f}, gzip {gzip:.1f}, zstd {zstd:.1f}",
            f"zstd ≤ {GOAL_BYTES} bytes/operation" if size == SIZES[-1] else "",
            "bytes an operation, header and signature included",
            share=GOAL_BYTES / zstd if size == SIZES[-1] else None,
        )


def bodies(lines: list[bytes], size: int, encoding: str) -> list[bytes]:
    """The request bodies of a day."""
    private = keys.generate(lambda length: bytes([7]) * length)
    head = chain.start(DEVICE, 1, bytes(16))
    made = []
    for start in range(0, len(lines), size):
        cut = lines[start : start + size]
        body = codec.encode_batch(DEVICE, 1, start + 1, head, cut, private=private)
        made.append(codec.pack(body, encoding) if encoding else body)
        head = chain.walk(head, start + 1, cut)[-1]
    return made


def day(source: random.Random) -> list[Operation]:
    """A shift of one handheld that does some of everything, with anchors and seen cursors."""
    made: list[Operation] = []
    ended = 60_000
    for number in range(OPERATIONS):
        ended += source.randint(2_000, 15_000)
        if number % 100 == 0:
            made.append(Clock(server=1_770_000_000_000 + ended, round_trip=43, ended=ended))
        elif number % 100 == 50:
            made.append(Seen(scope="1/zone/1000007", cursor=48_000 + number // 3, ended=ended))
        else:
            [act] = source.choices(ACTS, WEIGHTS)
            made.append(act(source, ended))
    return made


def _bin(source: random.Random) -> str:
    return f"{source.randrange(40):02d}-{source.randrange(50):02d}-{source.randrange(6)}"


def _gtin(source: random.Random) -> str:
    return f"{source.randrange(4_000_000_000_000, 4_000_000_050_000)}"


def _tote(source: random.Random) -> str:
    return f"T-{source.randrange(400):05d}"


def _sscc(source: random.Random) -> str:
    return f"0034012345{source.randrange(10**8):08d}"


def _pick(source: random.Random, ended: int) -> Operation:
    place, tote = _bin(source), _tote(source)
    task = source.randrange(1_200_000, 1_230_000)
    return Pick(
        quantity=source.choice((1, 1, 1, 2, 3, 6)),
        source=place,
        to=tote,
        tasks=(task,),
        package=task // 40,
        fence=3,
        scans=(Scan(place), Scan(_gtin(source)), Scan(tote)),
        actor=ACTOR,
        ended=ended,
    )


def _short(source: random.Random, ended: int) -> Operation:
    task = source.randrange(1_200_000, 1_230_000)
    return ShortPick(
        quantity=1,
        source=_bin(source),
        tasks=(task,),
        package=task // 40,
        fence=3,
        reason="not found",
        actor=ACTOR,
        ended=ended,
    )


def _start(source: random.Random, ended: int) -> Operation:
    shipment = source.randrange(1_100_000, 1_110_000)
    return StartTote(unit=_tote(source), shipment=shipment, actor=ACTOR, ended=ended)


def _receive(source: random.Random, ended: int) -> Operation:
    code = _gtin(source)
    return Receive(
        quantity=source.randint(1, 48),
        code=code,
        lot=f"L{source.randrange(900):04d}",
        expiry="2027-03-31",
        to="D-01",
        announced="ASN-004711",
        scans=(Scan(code),),
        actor=ACTOR,
        ended=ended,
    )


def _move(source: random.Random, ended: int) -> Operation:
    code = _gtin(source)
    return Move(
        quantity=source.randint(1, 24),
        code=code,
        source="D-01",
        to=_bin(source),
        scans=(Scan(code),),
        actor=ACTOR,
        ended=ended,
    )


def _move_unit(source: random.Random, ended: int) -> Operation:
    return MoveUnit(unit=_tote(source), to="B-03", actor=ACTOR, ended=ended)


def _count(source: random.Random, ended: int) -> Operation:
    lines = tuple(
        CountLine(quantity=source.randint(0, 60), code=_gtin(source))
        for _ in range(source.randint(1, 3))
    )
    return Count(place=_bin(source), lines=lines, complete=True, actor=ACTOR, ended=ended)


def _pack(source: random.Random, ended: int) -> Operation:
    code = _gtin(source)
    return PackItem(
        quantity=1,
        code=code,
        source=_tote(source),
        unit=_sscc(source),
        shipment=source.randrange(1_100_000, 1_110_000),
        scans=(Scan(code),),
        actor=ACTOR,
        ended=ended,
    )


def _seal(source: random.Random, ended: int) -> Operation:
    return Seal(
        unit=_sscc(source),
        shipment=source.randrange(1_100_000, 1_110_000),
        packaging="C3",
        measured_g=source.randint(180, 9_000),
        actor=ACTOR,
        ended=ended,
    )


def _load(source: random.Random, ended: int) -> Operation:
    return Load(
        unit=_sscc(source), to="V-12", source="B-03", round=1_004_242, actor=ACTOR, ended=ended
    )


def _deliver(source: random.Random, ended: int) -> Operation:
    stop = source.randrange(1_150_000, 1_150_400)
    return Deliver(
        unit=_sscc(source),
        source="V-12",
        stop=stop,
        arrived=ended - 40_000,
        actor=ACTOR,
        ended=ended,
    )


Act = Callable[[random.Random, int], Operation]
ACTS: tuple[Act, ...] = (
    *(_pick, _short, _start, _receive, _move, _move_unit, _count, _pack, _seal, _load, _deliver),
)
WEIGHTS = (50, 1, 4, 10, 8, 2, 3, 10, 4, 4, 4)
