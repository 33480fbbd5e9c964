"""What a step at a terminal reads is about what is in hand, however much is open at the site."""

from collections import Counter
from collections.abc import Sequence

import pytest

from server.terminals.documents import SiteDocuments
from tests.terminals.depot import LAMP, Depot, Terminals
from tests.terminals.worlds import picked


def test_tote_names_its_shipment_and_no_other_is_read(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in (1, 2):
        picked(depot, at)
    depot.core.drain()
    read: Counter[str] = Counter()
    one, listed = SiteDocuments.body, SiteDocuments.listed

    def read_one(documents: SiteDocuments, key: str) -> bytes | None:
        read[key] += 1
        return one(documents, key)

    def read_all(documents: SiteDocuments, kind: str, parent: str) -> Sequence[bytes]:
        found = listed(documents, kind, parent)
        read[f"every {kind}"] += len(found)
        return found

    thin = Terminals(depot)
    thin.begin("pack", bench="BENCH-1")
    monkeypatch.setattr(SiteDocuments, "body", read_one)
    monkeypatch.setattr(SiteDocuments, "listed", read_all)

    thin.all("TOTE-71", "BOX-1", "/yes", LAMP, "#1")

    [shipment] = [key for key in read if key.startswith("shipment/")]
    assert read["every shipment"] == 0
    assert [line["shipment"] for line in depot.written()] == [int(shipment.partition("/")[2])]
