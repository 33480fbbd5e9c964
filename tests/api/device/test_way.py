"""A reference device's whole way over HTTP: enrol, sign in, push, pull."""

from typing import Any

from litestar.testing import TestClient

from device_protocol.operations import Receive
from tests.api.warehouse import PIN, SITE, Warehouse


def test_device_goes_the_whole_way(warehouse: Warehouse, client: TestClient[Any]) -> None:
    handheld = warehouse.device(client)
    handheld.sign_in("operator", PIN)
    handheld.device.record(Receive(quantity=10, owner="ACME", item="A1", to="D-1"))

    report = handheld.sync()

    assert report.pushed >= 2
    assert handheld.device.pending() == 0
    assert handheld.device.replica.alarms() == 0
    places = handheld.device._store.documents(f"{SITE}/zone/0", "place/")
    assert [b"D-1" in each.body or b"P-1" in each.body for each in places] == [True, True]
