"""Scopes as devices live them: who leaves one forgets it, who comes back late begins it anew."""

from device_protocol.client import DeviceClient
from server.ledger.locations import PutLocation
from server.sites.messages import PutZone
from server.sites.records import Zone
from server.sync.feed import TOMBSTONE_MS, forget_tombstones
from server.sync.records import Document
from server.transport.messages import AssignRound, MakeRound
from tests.api.warehouse import SITE
from tests.protocol.shop import Shop, receive, store_of, work

DAY = 24 * 3_600_000


def held(device: DeviceClient) -> dict[str, dict[str, bytes]]:
    """What a device holds, by scope and key."""
    store = store_of(device)
    return {
        scope: {each.key: bytes(each.body) for each in store.documents(scope)}
        for scope in store.scopes()
    }


def equals_the_servers_view(shop: Shop, device: DeviceClient) -> bool:
    """Whether every scope of a device holds what the server says, and nothing else."""
    live: dict[str, dict[str, bytes]] = {scope: {} for scope in held(device)}
    for each in shop.rows(Document):
        if each.body is not None and each.scope in live:
            live[each.scope][each.key] = bytes(each.body)
    return live == held(device) and device.device.replica.alarms() == 0


def zone(shop: Shop, code: str) -> int:
    """The id of a zone."""
    (found,) = [each.id for each in shop.rows(Zone) if each.code == code]
    return int(found)


def places(device: DeviceClient) -> dict[str, int]:
    """How many places a device holds, by scope."""
    counted = {
        scope: sum(key.startswith("place/") for key in documents)
        for scope, documents in held(device).items()
    }
    return {scope: count for scope, count in counted.items() if count}


def test_place_that_moves_leaves_one_zone_and_comes_to_the_other_at_the_same_number(
    shop: Shop,
) -> None:
    shop.warehouse.tell(SITE, PutZone(code="B", name="Aisle B"))
    aisles = {code: zone(shop, code) for code in ("A", "B")}
    first, second = (shop.signed_in(shop.handheld(zones=(aisles[code],))) for code in ("A", "B"))
    for device in (first, second):
        device.sync()
    before = places(first)[f"{SITE}/zone/{aisles['A']}"]

    shop.warehouse.tell(SITE, PutLocation(code="A-01", place_kind="bin", zone="B", walk=1))
    for device in (first, second):
        device.sync()

    assert places(first)[f"{SITE}/zone/{aisles['A']}"] == before - 1
    assert places(second)[f"{SITE}/zone/{aisles['B']}"] == 1
    assert f"{SITE}/zone/{aisles['B']}" not in held(first)
    (moved,) = held(second)[f"{SITE}/zone/{aisles['B']}"]
    versions = {each.version for each in shop.rows(Document) if each.key == moved}
    assert len(versions) == 1
    assert equals_the_servers_view(shop, first)
    assert equals_the_servers_view(shop, second)


def test_round_that_is_given_to_another_device_leaves_the_first(shop: Shop) -> None:
    first, second = (shop.signed_in(shop.handheld(role="courier"), "courier") for _ in range(2))
    numbers = [each.device.outbox.identity.device for each in (first, second)]
    shop.warehouse.tell(SITE, PutLocation(code="V-1", place_kind="van"))
    (made,) = shop.warehouse.tell(
        SITE, MakeRound(name="north", date="2010-12-01", van="V-1", device=numbers[0])
    )
    (number,) = made["grant"]["rounds"]
    scope = f"{SITE}/round/{number}"
    first.sync()
    second.sync()
    assert scope in held(first)
    assert scope not in held(second)
    work(first, receive(1))

    shop.warehouse.tell(SITE, AssignRound(round=number, device=numbers[1]))
    first.sync()
    second.sync()

    assert scope not in held(first)
    assert scope in held(second)
    assert shop.received() == 1
    assert equals_the_servers_view(shop, first)
    assert equals_the_servers_view(shop, second)


def test_next_person_at_the_device_sees_nothing_of_the_one_before(shop: Shop) -> None:
    device = shop.signed_in(shop.handheld())
    device.sync()
    before = {scope for scope in held(device) if "/person/" in scope}
    work(device, receive(2))

    shop.signed_in(device, "supervisor")
    device.sync()

    after = {scope for scope in held(device) if "/person/" in scope}
    assert before == {f"{SITE}/person/{shop.warehouse.people['operator']}"}
    assert after == {f"{SITE}/person/{shop.warehouse.people['supervisor']}"}
    assert shop.received() == 2
    assert equals_the_servers_view(shop, device)


def test_device_that_was_away_too_long_begins_anew_and_sends_what_it_holds(shop: Shop) -> None:
    shop.warehouse.tell(SITE, PutZone(code="B", name="Aisle B"))
    aisle = zone(shop, "A")
    device = shop.signed_in(shop.handheld(zones=(aisle,)))
    device.sync()
    before = places(device)[f"{SITE}/zone/{aisle}"]
    work(device, receive(3), receive(4))

    shop.pass_time(DAY)
    shop.warehouse.tell(SITE, PutLocation(code="A-01", place_kind="bin", zone="B", walk=1))
    shop.pass_time(TOMBSTONE_MS + DAY)
    shop.core.lanes.errand(lambda connection: forget_tombstones(connection, shop.clock.now()))
    shop.warehouse.tell(SITE, PutLocation(code="A-04", place_kind="bin", zone="B", walk=4))
    gone = [each for each in shop.rows(Document) if each.body is None]
    shop.signed_in(device)
    device.sync()

    assert gone == []
    assert places(device)[f"{SITE}/zone/{aisle}"] == before - 1
    assert shop.received() == 7
    assert device.device.pending() == 0
    assert equals_the_servers_view(shop, device)


def test_what_is_deleted_while_a_device_is_away_is_gone_when_it_is_back(shop: Shop) -> None:
    shop.warehouse.tell(SITE, PutZone(code="B", name="Aisle B"))
    aisle = zone(shop, "A")
    device = shop.signed_in(shop.handheld(zones=(aisle,)))
    device.sync()
    before = places(device)[f"{SITE}/zone/{aisle}"]

    for number in (1, 2, 3):
        moved = PutLocation(code=f"A-0{number}", place_kind="bin", zone="B", walk=number)
        shop.warehouse.tell(SITE, moved)
    device.pull_all(documents_max=1)

    assert places(device).get(f"{SITE}/zone/{aisle}", 0) == before - 3
    assert equals_the_servers_view(shop, device)
