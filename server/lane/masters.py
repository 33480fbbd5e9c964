"""Master records: written when something changes, and refused where something can't be so.

Desks and imports say how a record should be. Saying it again changes nothing, and the answer tells
so by `unchanged`. The checks refuse with the field's name in the code, and answer whether all is
well.
"""

from collections.abc import Sequence

from server.lane.activity import Context
from server.record import Record

CODE_CHARACTERS_MAX = 64
TEXT_CHARACTERS_MAX = 500


def put_record(
    context: Context, before: Record | None, record: Record, **answer: int | str | bool
) -> None:
    """Write a record that is new or differs from what was before, and answer `answer`."""
    if before is None:
        context.picture.add(record)
    elif before != record:
        context.picture.put(record)
    else:
        answer["unchanged"] = True
    context.grant = dict(answer)


def code_fits(context: Context, field: str, code: str) -> bool:
    """Whether a code can be printed and scanned: some characters without blanks around them."""
    if 0 < len(code) <= CODE_CHARACTERS_MAX and code == code.strip() and _is_plain(code):
        return True
    expected = f"1 to {CODE_CHARACTERS_MAX} characters, no blanks around them"
    context.refuse(f"bad_{field}", expected, code[:CODE_CHARACTERS_MAX])
    return False


def text_fits(context: Context, field: str, text: str) -> bool:
    """Whether a text for people can be kept; databases and labels can't take control characters."""
    if len(text) <= TEXT_CHARACTERS_MAX and _is_plain(text):
        return True
    expected = f"at most {TEXT_CHARACTERS_MAX} characters, none of them control characters"
    context.refuse(f"bad_{field}", expected, repr(text[:CODE_CHARACTERS_MAX]))
    return False


def among(context: Context, field: str, value: str, allowed: Sequence[str]) -> bool:
    """Whether a word is one of those allowed."""
    if value in allowed:
        return True
    context.refuse(f"bad_{field}", " or ".join(allowed), value[:CODE_CHARACTERS_MAX])
    return False


def within(context: Context, field: str, value: int, least: int, most: int) -> bool:
    """Whether a number lies within bounds, both included."""
    if least <= value <= most:
        return True
    context.refuse(f"bad_{field}", f"{least} to {most}", value)
    return False


def prefix_fits(context: Context, field: str, prefix: str) -> bool:
    """Whether this is a GS1 company prefix (General Specifications 1.4.4), or empty."""
    if not prefix or (prefix.isascii() and prefix.isdigit() and 4 <= len(prefix) <= 12):  # noqa: PLR2004 - GS1's own.
        return True
    context.refuse(f"bad_{field}", "4 to 12 digits", prefix[:CODE_CHARACTERS_MAX])
    return False


def _is_plain(text: str) -> bool:
    return all(letter >= " " and letter != "\x7f" for letter in text)
