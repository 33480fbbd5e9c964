"""Small order files for tests, with the columns of the retail mapping."""

from pathlib import Path

from server.integrations.mapping import Mapping, read_mapping

RETAIL_MAPPING = Path(__file__).parents[2] / "fixtures" / "mappings" / "retail.toml"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def retail() -> Mapping:
    """Return the mapping that fixtures bring along."""
    return read_mapping(RETAIL_MAPPING)


def row(
    number: str = "1001",
    code: str = "85123A",
    quantity: object = 6,
    *,
    description: str = "HOLDER",
    placed_at: str = "2010-12-01 08:26:00",
    price: str = "2.55",
    customer: str = "17850.0",
    country: str = "United Kingdom",
) -> str:
    """Return one line of an order file."""
    return ",".join((number, code, description, str(quantity), placed_at, price, customer, country))


def write(folder: Path, *rows: str, name: str = "orders.csv", header: str = HEADER) -> Path:
    """Write an order file and return its path."""
    path = folder / name
    path.write_bytes("\n".join((header, *rows, "")).encode())
    return path
