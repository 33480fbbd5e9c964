"""Planning on both databases: what timer and desk decided, devices are shown and a replay gives."""

from device_protocol.operations import Claim, Clock, Pick, Receive
from server.db.engine import Database
from server.lane.activity import NETWORK, TIMER
from server.ledger.records import Allocation
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.records import Package, Wave, WaveRule
from server.planning.recutting import HandOver, RecutPackages
from server.planning.timers import Tick
from server.planning.wave_rules import PutWaveRule
from server.planning.work_rules import PutWorkRule
from server.sync.records import Document
from tests.floor import SITE
from tests.sync.yard import Yard, yard_on

HOUR_MS = 3_600_000


def released(yard: Yard) -> None:
    """Three orders that the timer releases before the cut-off at noon, 15 January, in Berlin."""
    yard.handhelds[0].do(
        Receive(quantity=50, owner="ACME", item="A1", to="A-01", ended=1_000),
        Receive(quantity=50, owner="ACME", item="A2", to="A-03", ended=1_100),
    )
    yard.tell(
        SITE,
        PutWaveRule(name="noon", cut_off="12:00", lead_min=60, owners=("ACME",)),
        PutWorkRule(pickers=2, package_ms_min=0),
    )
    owner = yard.merchant()
    for number in ("1", "2", "3"):
        order = PlaceOrder(
            owner=owner,
            channel="web",
            number=number,
            placed_at=1,
            site=SITE,
            lines=(PlacedLine("A1", 2), PlacedLine("A2", 1)),
            content=number,
        )
        yard.tell(NETWORK, order)
    yard.core.drain()
    yard.clock.advance(3 * HOUR_MS)
    yard.core.lanes.say(SITE, TIMER, Tick()).result(20)
    yard.core.drain()


def shown(yard: Yard, prefix: str) -> set[str]:
    """Documents that devices are shown."""
    return {
        document.key
        for document in yard.rows(Document)
        if document.body is not None and document.key.startswith(prefix)
    }


def test_waves_by_rule_and_work_that_goes_on_with_others_are_decided_again_alike(
    database: Database,
) -> None:
    with yard_on(database) as yard:
        released(yard)
        first, second = yard.handhelds
        [wave] = yard.rows(Wave)
        assert (wave.name, wave.shipments) == ("noon", 3)
        assert yard.rows(WaveRule)[0].reached == wave.cut_off
        one, two = sorted(yard.rows(Package), key=lambda package: package.id)
        first.write(Clock(server=yard.clock.now(), round_trip=0, ended=20_000))
        assert first.do(Claim(work=one.id, ended=20_000))[0]["outcome"] == "applied"
        assert len(shown(yard, "grant/")) == 1
        line = next(each for each in yard.rows(Allocation) if each.package == one.id)

        made = yard.tell(SITE, RecutPackages(device=first.stream))[0]["grant"]["packages"]
        yard.tell(SITE, HandOver(packages=(*made, two.id), to=second.stream))
        late = first.do(
            Pick(
                quantity=line.quantity,
                source="A-01",
                to="T-1",
                tasks=(line.id,),
                package=one.id,
                fence=1,
                ended=21_000,
            )
        )

        assert late[0]["code"] == "lease_taken_over"
        assert shown(yard, "package/") == {f"package/{number}" for number in (*made, two.id)}
        assert shown(yard, "grant/") == set()
        assert yard.findings() == []
