"""Changes to real bytes: flipped, cut, doubled, spliced, and tokens that decoders trip over."""

from collections.abc import Callable

from hypothesis import strategies as st

TOKENS = (
    b"",
    b"\x00",
    b"\n",
    b'"',
    b"{",
    b"}",
    b"[" * 70,
    b"null",
    b"-1",
    b"1e999",
    b"9" * 40,
    b"9007199254740992",
    b"\\u0000",
    b"\\ud800",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1d",
    b"(01)",
    b"]C1",
    b'"kind":"count",',
    b'"version":2,',
    b'"quantity":0,',
    b'"again":{"epoch":1,"seq":1,"hash":""},',
)
Change = tuple[int, int, int]
"""What is done, where (as a fraction of 2^16), and with what."""


def changed(content: bytes, changes: list[Change], others: list[bytes]) -> bytes:
    """Apply some changes one after the other."""
    for what, where, value in changes:
        place = where * (len(content) + 1) >> 16
        content = _CHANGES[what % len(_CHANGES)](content, place, value, others)
    return content


def flip(content: bytes, place: int, value: int, _others: list[bytes]) -> bytes:
    """Change one byte."""
    if place >= len(content):
        return content
    return content[:place] + bytes([content[place] ^ (value % 255 + 1)]) + content[place + 1 :]


def cut(content: bytes, place: int, value: int, _others: list[bytes]) -> bytes:
    """Take some bytes out."""
    return content[:place] + content[place + value % 64 + 1 :]


def end(content: bytes, place: int, _value: int, _others: list[bytes]) -> bytes:
    """Cut the rest off."""
    return content[:place]


def double(content: bytes, place: int, value: int, _others: list[bytes]) -> bytes:
    """Say some bytes twice."""
    return content[: place + value % 64] + content[place:]


def insert(content: bytes, place: int, value: int, _others: list[bytes]) -> bytes:
    """Put a token in."""
    return content[:place] + TOKENS[value % len(TOKENS)] + content[place:]


def replace(content: bytes, place: int, value: int, _others: list[bytes]) -> bytes:
    """Put a token in place of as many bytes."""
    token = TOKENS[value % len(TOKENS)]
    return content[:place] + token + content[place + len(token) :]


def splice(content: bytes, place: int, value: int, others: list[bytes]) -> bytes:
    """Go on with the end of another."""
    other = others[value % len(others)]
    return content[:place] + other[value * len(other) >> 16 :]


def reline(content: bytes, place: int, value: int, _others: list[bytes]) -> bytes:
    """Blank a line, say it twice, leave it out, or put it behind the next."""
    lines = content.split(b"\n")
    at = content.count(b"\n", 0, place)
    line = lines.pop(at)
    put = ((b"",), (line, line), (), (*lines[at : at + 1], line))[value % 4]
    after = lines[at + 1 :] if value % 4 == 3 else lines[at:]
    return b"\n".join((*lines[:at], *put, *after))


_CHANGES: tuple[Callable[[bytes, int, int, list[bytes]], bytes], ...] = (
    flip,
    flip,
    cut,
    end,
    double,
    insert,
    replace,
    splice,
    reline,
    reline,
)


def mutated(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """Real bytes with up to five changes, and now and then any bytes at all."""
    numbers = st.integers(0, (1 << 16) - 1)
    changes = st.lists(st.tuples(st.integers(0, len(_CHANGES) - 1), numbers, numbers), max_size=5)
    real = st.builds(lambda seed, row: changed(seed, row, seeds), st.sampled_from(seeds), changes)
    return st.one_of(real, real, real, st.binary(max_size=80))
