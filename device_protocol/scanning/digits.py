"""Check digits and numbers that end with one; sections of the GS1 General Specifications."""

_SSCC_SERIAL_DIGITS = range(4, 13)


def check_digit(digits: str) -> str:
    """Return the check digit that belongs behind `digits` (7.9.1).

    >>> check_digit("590123412345")
    '7'
    """
    if not (digits.isascii() and digits.isdigit()):
        message = f"only digits have a check digit, not {digits!r}"
        raise ValueError(message)
    # From the right, places count three times and once in turn.
    total = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def has_check_digit(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before it."""
    return check_digit(digits[:-1]) == digits[-1]


def sscc(company_prefix: str, extension: int, serial: int) -> str:
    """Return a serial shipping container code of 18 digits (3.3.1); ValueError if it can't be.

    >>> sscc("4012345", 3, 1)
    '340123450000000017'
    """
    width = 16 - len(company_prefix)
    if not (extension in range(10) and width in _SSCC_SERIAL_DIGITS and serial in range(10**width)):
        message = f"no SSCC: extension {extension}, prefix {company_prefix!r}, serial {serial}"
        raise ValueError(message)
    digits = f"{extension}{company_prefix}{serial:0{width}d}"
    return digits + check_digit(digits)
