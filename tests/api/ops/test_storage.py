"""Putting away and replenishing at desks over HTTP."""

from device_protocol.operations import Receive
from tests.api.desks import Desk
from tests.api.warehouse import Warehouse

AT = "/sites/1"


def test_rules_and_faces_are_put_and_listed(supervisor: Desk) -> None:
    rule = {"name": "fast", "velocity": "A", "zone": "A", "use": "pick", "owner": "ACME"}
    face = {"place": "A-01", "owner": "ACME", "item": "A1", "minimum": 2, "maximum": 9}

    supervisor.say("PUT", f"{AT}/putaway_rules", rule)
    again = supervisor.say("PUT", f"{AT}/putaway_rules", rule)
    supervisor.say("PUT", f"{AT}/pick_faces", face)

    assert again["grant"] == {"name": "fast", "unchanged": True}
    (listed,) = supervisor.get(f"{AT}/putaway_rules")
    assert (listed["name"], listed["zone"], listed["strategy"]) == ("fast", "A", "empty")
    assert supervisor.get(f"{AT}/pick_faces") == [face]
    assert supervisor.say("POST", f"{AT}/replenishments") == {"outcome": "applied"}


def test_location_and_item_tell_what_rules_ask_for(supervisor: Desk) -> None:
    shelf = {"code": "A-09", "place_kind": "bin", "use": "reserve", "size": "XL", "units_max": 40}
    supervisor.say("PUT", f"{AT}/locations", shelf | {"mixing": "lot"})
    item = {"owner": "ACME", "sku": "A9", "velocity": "B", "hazard": "3"}
    supervisor.say("PUT", "/items", item)

    row = supervisor.get(f"{AT}/locations")["rows"][-1]
    assert (row["use"], row["size"], row["units_max"], row["mixing"]) == (
        "reserve",
        "XL",
        40,
        "lot",
    )
    (told,) = supervisor.get("/items", owner="ACME", sku="A9")["rows"]
    assert (told["velocity"], told["hazard"]) == ("B", "3")
    other = {"owner": "ACME", "sku": "A9", "hazard": " 3"}
    assert supervisor.refusal("PUT", "/items", other)[2] == "bad_hazard"


def test_goods_at_a_dock_are_listed_with_the_place_for_them(
    supervisor: Desk, warehouse: Warehouse
) -> None:
    dock = {"code": "IN", "place_kind": "dock", "use": "dock"}
    supervisor.say("PUT", f"{AT}/locations", dock)
    supervisor.say("PUT", f"{AT}/putaway_rules", {"name": "all", "zone": "A"})
    handheld = warehouse.device(supervisor.client)
    handheld.device.record(Receive(quantity=3, owner="ACME", item="A1", to="IN"))
    handheld.sync()
    warehouse.core.drain()

    page = supervisor.get(f"{AT}/guides")
    assert [(row["sku"], row["quantity"], row["to"]) for row in page["rows"]] == [("A1", 3, "A-01")]
    figures = supervisor.get(f"{AT}/putaway")
    assert (figures["moves"], figures["minutes_median"]) == (0, None)
    assert supervisor.get(f"{AT}/full_places") == []


def test_what_can_not_be_is_refused(supervisor: Desk) -> None:
    def refusal(method: str, path: str, body: object) -> tuple[int, str, str]:
        """Status, code and reason of a problem."""
        return supervisor.refusal(method, f"{AT}{path}", body)

    unknown = {"name": "x", "zone": "NONE"}
    assert refusal("PUT", "/putaway_rules", unknown) == (422, "desk.invalid", "unknown_zone")
    assert refusal("PUT", "/putaway_rules", {"name": "x", "state": "retired"})[0] == 404
    assert refusal("PUT", "/putaway_rules", {"name": "x", "strategy": "any"})[0] == 400
    face = {"place": "A-01", "owner": "ACME", "item": "A1", "minimum": 9, "maximum": 2}
    assert refusal("PUT", "/pick_faces", face) == (422, "desk.invalid", "bad_minimum")
    assert refusal("POST", "/full_places/open", {"place": "A-01"})[0] == 404
    assert supervisor.call("GET", "/sites/7/guides").status_code == 404
