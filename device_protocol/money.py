"""Amounts of money as people read them; everywhere else they are whole smallest units."""

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
DECIMALS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)
"""Digits behind the point, by ISO 4217 code, where they are not two."""


def amount_text(minor: int, currency: str) -> str:
    """Return an amount in its currency.

    >>> amount_text(4990, "EUR"), amount_text(-5, "EUR"), amount_text(1200, "JPY")
    ('49.90 EUR', '-0.05 EUR', '1200 JPY')
    """
    digits = DECIMALS.get(currency, 2)
    whole, part = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    behind = f".{part:0{digits}}" if digits else ""
    return f"{sign}{whole}{behind} {currency}"
