"""The made-up world: seeded, well formed, and fillable but for what must come out short."""

from collections import Counter

import pytest

from device_protocol.scan import parse
from server.demo.made import make_world
from server.demo.mishaps import neighbours
from server.demo.shift import posts_of
from server.demo.stocking import needed_units
from server.demo.world import DEPOT, HUB, World


@pytest.fixture(scope="module")
def world() -> World:
    """Make the world of one seed."""
    return make_world(5)


def test_same_seed_makes_same_world(world: World) -> None:
    again = make_world(5)
    assert again == world
    assert make_world(6).orders != world.orders


def test_gtins_are_valid_and_two_owners_share_one(world: World) -> None:
    codes = Counter(item.gtin for item in world.items.values())
    assert all(parse(code).kind == "gtin" for code in codes)
    [shared] = [code for code, bearers in codes.items() if bearers > 1]
    owners = {item.owner for item in world.items.values() if item.gtin == shared}
    assert owners == {"ACME", "BETA"}


def test_stock_fills_all_orders_but_a_few(world: World) -> None:
    coming: Counter[tuple[int, str, str]] = Counter()
    for delivery in world.deliveries:
        coming[delivery.site, delivery.key.owner, delivery.key.sku] += delivery.quantity
    needed = needed_units(world.orders)
    lacking = [key for key in needed if coming[key] < needed[key]]
    assert 1 <= len(lacking) <= 3
    assert all(key[0] == HUB for key in lacking)


def test_bins_hold_one_item_each_and_are_on_the_path(world: World) -> None:
    bins = Counter((each.site, each.bin) for each in world.deliveries)
    assert set(bins.values()) == {1}
    paths = {site.number: {code for code, _ in site.bins} for site in world.sites}
    assert all(code in paths[site] for site, code in bins)
    several = Counter((each.site, each.key[:2]) for each in world.deliveries)
    assert max(several.values()) == 2


def test_one_delivery_is_unnamed_one_unknown_and_one_miskeyed(world: World) -> None:
    told = Counter(each.mistake for each in world.deliveries if each.mistake)
    assert told == {"unnamed": 1, "unknown": 1, "miskeyed": 1}


def test_goods_vanish_stray_and_break_in_bins_of_their_own(world: World) -> None:
    [day] = world.days
    assert Counter(each.kind for each in day.mishaps) == {"lost": 4, "strayed": 1, "broken": 1}
    places = [each.place for each in day.mishaps]
    assert len(set(places)) == len(places)
    [strayed] = [each for each in day.mishaps if each.kind == "strayed"]
    assert strayed.other in neighbours(world, strayed.site, strayed.place)
    wrong = {each.bin for each in day.deliveries if each.mistake}
    assert wrong.isdisjoint(places)


def test_neighbours_are_the_bins_before_and_behind_on_the_path(world: World) -> None:
    codes = [code for code, _ in world.site(HUB).bins]
    assert neighbours(world, HUB, codes[4]) == [codes[3], codes[5]]
    assert neighbours(world, HUB, codes[0]) == [codes[1]]
    assert neighbours(world, HUB, codes[-1]) == [codes[-2]]
    assert neighbours(world, HUB, "DOCK-1") == []


def test_some_orders_are_urgent_and_some_minds_change_at_every_moment(world: World) -> None:
    assert any(order.priority == 0 for order in world.orders)
    moments = {each.moment for each in world.cancellations}
    assert moments == {"waiting", "released", "picked", "packed", "delivered"}
    numbers = {order.number for order in world.orders}
    assert {each.order for each in world.cancellations} <= numbers
    assert {each.reference for each in world.cancellations}.isdisjoint(numbers)


def test_every_device_has_a_post_and_each_site_a_courier(world: World) -> None:
    posts = posts_of(world, 8)
    assert len({post.name for post in posts}) == 8
    couriers = [post.site for post in posts if post.role == "courier"]
    assert couriers == [HUB, DEPOT]
    assert Counter(post.site for post in posts if post.role == "floor") == {HUB: 5, DEPOT: 1}


def test_too_few_devices_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="4 devices at least"):
        posts_of(world, 3)
