"""The document of a transfer, from the desk to the lines on handhelds of both sites."""

import msgspec

from device_protocol.workflow.shown import Documents
from device_protocol.workflow.view import Line, Work
from server.sync.records import Document
from server.transfers.messages import TransferGoods
from tests.transfers.sites import A1, ACME, HUB, SHOP, Network, Scanner, send, take


class Held:
    """Documents of a site's docks by their key."""

    def __init__(self, network: Network, site: int) -> None:
        """Hold those that are not gone."""
        scope = f"{site}/zone/0"
        found = [each for each in network.all(Document) if each.scope == scope]
        self.bodies = {each.key: each.body for each in found if each.body is not None}

    def body(self, key: str) -> bytes | None:
        """Return a document by its key."""
        return self.bodies.get(key)

    def coded(self, kind: str, code: str) -> list[bytes]:
        """Return the documents to which a code belongs; nobody asks here."""
        raise AssertionError(kind, code)

    def listed(self, kind: str, parent: str) -> list[bytes]:
        """Return the documents of a kind under a parent; nobody asks here."""
        raise AssertionError(kind, parent)


def open_units(network: Network, site: int, workflow: str, number: int | str) -> list[int]:
    """Units that are open of each line, as a handheld of a site shows them."""
    view = Documents(Held(network, site), workflow)
    return [line.quantity for line in view.lines(Work(announced=str(number)))]


def test_transfer_is_shown_at_both_sites_with_what_left_and_arrived() -> None:
    network = Network()
    number = network.order(TransferGoods("A1", 10), TransferGoods("A2", 1, "L1"))
    network.relay()
    network.floor.handheld().do(send(number, 7))
    network.relay()
    Scanner(network.floor, 1).do(take(number, 4))
    network.relay()

    for site in (HUB, SHOP):
        body = Held(network, site).bodies[f"transfer/{number}"]
        assert body is not None
        assert msgspec.json.decode(body) == {
            "id": number,
            "number": "TR-1",
            "origin": HUB,
            "target": SHOP,
            "owner": ACME,
            "merchant": "ACME",
            "lines": [
                {
                    "position": 1,
                    "item": A1,
                    "sku": "A1",
                    "quantity": 10,
                    "sent": 7,
                    "taken": 4,
                },
                {"position": 2, "item": A1 + 1, "sku": "A2", "quantity": 1, "lot": "L1"},
            ],
        }
    assert open_units(network, HUB, "send_transfer", number) == [3, 1]
    assert open_units(network, SHOP, "take_transfer", number) == [3, 0]
    assert open_units(network, SHOP, "take_transfer", "") == []
    assert open_units(network, SHOP, "take_transfer", "TR-1") == []
    lines = Documents(Held(network, HUB), "send_transfer").lines(Work(announced=str(number)))
    assert msgspec.structs.replace(lines[1], task=0) == Line(
        task=0, quantity=1, owner="ACME", item="A2", lot="L1", number="TR-1"
    )
    assert lines[0].task != lines[1].task


def test_transfer_is_gone_once_all_of_it_arrived_and_back_if_that_was_undone() -> None:
    network = Network()
    number = network.order(TransferGoods("A1", 2))
    network.floor.handheld().do(send(number, 2))
    network.relay()
    taker = Scanner(network.floor, 1)
    taker.do(take(number, 2))
    network.relay()
    assert Held(network, HUB).bodies.keys() == Held(network, SHOP).bodies.keys() == set()

    Scanner(network.floor, 2).do(send(number, 1, source="S-1"))

    assert open_units(network, SHOP, "take_transfer", number) == [1]


def test_closed_transfer_is_gone_at_both_sites() -> None:
    network = Network()
    number = network.order()
    network.relay()
    assert open_units(network, SHOP, "take_transfer", number) == [0]

    network.close(number)
    network.relay()

    assert Held(network, HUB).bodies.keys() == Held(network, SHOP).bodies.keys() == set()


def test_item_that_nobody_knows_any_more_is_shown_without_its_name() -> None:
    network = Network()
    number = network.order()
    network.relay()
    with network.floor.store.session([SHOP]) as session:
        line = network.all_lines(SHOP)[0]
        session.picture.load(type(line), {(SHOP, number, 1)}, [line])
        session.picture.put(msgspec.structs.replace(line, item=7))
        session.write()

    network.floor.handheld().do(send(number, 1))
    network.relay()

    body = Held(network, SHOP).bodies[f"transfer/{number}"]
    assert body is not None
    assert msgspec.json.decode(body)["lines"] == [
        {"position": 1, "item": 7, "sku": "", "quantity": 10}
    ]
