"""The office: what supervisors, integrators and merchants' clerks say to the server over HTTP."""

import csv
import io
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from server.clock import to_rfc3339
from server.demo.plain import plain_client
from server.demo.world import Cancellation, Order, OrderLine, Person

DRAIN_S_MAX = 120.0
TIMEOUT_S = 120.0
LIMIT = 500


class DeskError(RuntimeError):
    """The server did not do what the office asked for; the text is its own."""


class Desk:
    """One desk with its session; used by one thread at a time."""

    def __init__(self, url: str) -> None:
        """Sit down; nobody is signed in yet."""
        self._http = plain_client(url, TIMEOUT_S)
        self._orders: dict[str, int] = {}

    def sign_in(self, person: Person) -> None:
        """Sign somebody in for all that follows."""
        told = {"person": person.code, "password": person.pin}
        session = self._post("/ops/v1/sign_in", told)
        self._http.headers["Authorization"] = f"Bearer {session['token']}"

    def import_rows(self, kind: str, rows: Iterable[Mapping[str, object]]) -> int:
        """Import master records as a CSV file; every row must be taken. Answer how many."""
        text = io.StringIO()
        listed = [dict(row) for row in rows]
        if not listed:
            return 0
        writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
        report = self._answer(
            self._http.post(f"/ops/v1/imports/{kind}", content=text.getvalue().encode())
        )
        if report["refused"]:
            message = f"import of {kind}: {report['refused'][:5]}"
            raise DeskError(message)
        return int(report["total"])

    def import_orders(self, site: int, files: Iterable[Path], mapping: Path) -> dict[str, Any]:
        """Place the orders of files; answer what became of the documents."""
        parts = [("orders", (path.name, path.read_bytes(), "text/csv")) for path in files]
        parts.append(("mapping", (mapping.name, mapping.read_bytes(), "application/toml")))
        address = f"/ops/v1/sites/{site}/orders/import"
        report: dict[str, Any] = self._answer(self._http.post(address, files=parts))
        return report

    def invite(self, site: int, name: str, role: str) -> str:
        """Invite a device; answer its one-time code."""
        told = self._post(f"/ops/v1/sites/{site}/devices", {"name": name, "role": role})
        return str(told["code"])

    def place(self, order: Order, lines: Iterable[OrderLine] | None = None) -> dict[str, Any]:
        """Place an order, or one of the same number with other lines."""
        chosen = order.lines if lines is None else lines
        body = {
            "channel": order.channel,
            "number": order.number,
            "site": order.site,
            "placed_at": to_rfc3339(order.placed_at),
            "destination": order.destination,
            "priority": order.priority,
            "one_time_code": order.code,
            "recipient": {"name": order.customer},
            "lines": [
                {"sku": line.sku, "quantity": line.quantity, "price_minor": line.price_minor}
                for line in chosen
            ],
        }
        return self._post("/ops/v1/orders", body, owner=order.owner)

    def cancel(self, cancellation: Cancellation) -> dict[str, Any]:
        """Cancel units of an order."""
        if cancellation.order not in self._orders:
            self._orders = {row["number"]: row["order"] for row in self.orders()}
        lines = [{"position": place, "quantity": units} for place, units in cancellation.lines]
        return self._post(
            f"/ops/v1/orders/{self._orders[cancellation.order]}/cancel",
            {"reason": "changed mind", "lines": lines, "reference": cancellation.reference},
        )

    def expect_return(
        self, owner: str, channel: str, number: str, lines: Iterable[tuple[str, int]]
    ) -> dict[str, Any]:
        """Announce goods that a customer sends back."""
        body = {
            "channel": channel,
            "number": number,
            "lines": [{"sku": sku, "quantity": units} for sku, units in lines],
        }
        return self._post("/ops/v1/returns", body, owner=owner)

    def announce(self, site: int, number: str, owner: str, lines: Mapping[str, int]) -> int:
        """Announce a delivery, units by SKU; answer its id."""
        told = [{"sku": sku, "quantity": units} for sku, units in sorted(lines.items())]
        body = {"number": number, "site": site, "lines": told}
        answer = self._post("/ops/v1/announcements", body, owner=owner)
        return int(answer["grant"]["announcement"])

    def close_receipt(self, site: int, announcement: int) -> None:
        """Say that nothing more is to come."""
        self._post(f"/ops/v1/sites/{site}/announcements/{announcement}/close", {})

    def put_putaway_rule(self, site: int, rule: Mapping[str, object]) -> None:
        """Say where some goods are to go."""
        self._put(f"/ops/v1/sites/{site}/putaway_rules", rule)

    def put_pick_face(self, site: int, face: Mapping[str, object]) -> None:
        """Say from where an item is picked."""
        self._put(f"/ops/v1/sites/{site}/pick_faces", face)

    def replenish(self, site: int) -> None:
        """Ask for what the pick faces lack."""
        self._post(f"/ops/v1/sites/{site}/replenishments", {})

    def plan_counts(self, site: int, places: int) -> None:
        """Ask for the bins to be counted that were not counted for the longest time."""
        self._post(f"/ops/v1/sites/{site}/counts", {"places_max": places})

    def ask_counts(self, site: int, places: list[str], *, another: bool) -> int:
        """Ask for counts of just these places; answer how many were not asked for already."""
        if not places:
            return 0
        told = {"places": places, "another": another, "places_max": len(places)}
        return len(self._post(f"/ops/v1/sites/{site}/counts", told)["grant"]["tasks"])

    def accuracy(self, site: int) -> list[dict[str, Any]]:
        """Return how well counts found what the book had, in all respects."""
        told = self._answer(self._http.get(f"/ops/v1/sites/{site}/accuracy"))
        return list(told["rows"])

    def discrepancies(self, site: int, status: str | None = "open") -> list[dict[str, Any]]:
        """Return where book and floor differ, with what explains it."""
        asked = {} if status is None else {"status": status}
        return list(self._pages(f"/ops/v1/sites/{site}/discrepancies", **asked))

    def resolve(
        self, site: int, discrepancy: int, cause: str, explained_by: str, note: str
    ) -> None:
        """Close a discrepancy."""
        told = {"note": note, "cause": cause, "explained_by": explained_by}
        self._post(f"/ops/v1/sites/{site}/discrepancies/{discrepancy}/resolve", told)

    def at(self, site: int, place: str) -> list[dict[str, Any]]:
        """Return what the book has at one place."""
        return list(self._pages("/ops/v1/stock", site=site, place=place))

    def held(self, site: int, owner: str, sku: str) -> list[dict[str, Any]]:
        """Return where the book has goods of an item."""
        return list(self._pages("/ops/v1/stock", site=site, owner=owner, item=sku))

    def partners(self, site: int, place: str, owner: str, sku: str) -> set[str]:
        """Return the places between which and this one goods of an item were moved."""
        asked = {"code": sku, "owner": owner, "item": sku, "kind": "item", "site": site}
        found: set[str] = set()
        for step in self._paged("/ops/v1/trace", "steps", asked):
            if place in {step["source"], step["target"]}:
                found |= {step["source"], step["target"]}
        return found - {place}

    def release_wave(self, site: int) -> int:
        """Release everything that waits at a site; answer how many shipments that is."""
        told = self._post(f"/ops/v1/sites/{site}/waves", {"name": "day"})
        return int(told["grant"]["shipments"])

    def retry_shortages(self, site: int) -> int:
        """Have missing units sought again; answer how many were found."""
        told = self._post(f"/ops/v1/sites/{site}/shortages/retry", {})
        return int(told["grant"]["found"])

    def waiting(self, site: int, state: str) -> list[dict[str, Any]]:
        """Return the shipments that wait for ops in a state."""
        return list(self._pages(f"/ops/v1/sites/{site}/shipments", waiting=state))

    def make_rounds(
        self, site: int, date: str, ways: list[tuple[str, int]], most: int
    ) -> list[int]:
        """Make rounds by destination for vans and their devices; answer their ids."""
        vans, devices = [van for van, _ in ways], [device for _, device in ways]
        body = {"date": date, "vans": vans, "devices": devices, "shipments_max": most}
        told = self._post(f"/ops/v1/sites/{site}/rounds/by_destination", body)
        return [int(each) for each in told["grant"]["rounds"]]

    def exceptions(self, site: int | None = None) -> list[dict[str, Any]]:
        """Return everything that waits for a person."""
        asked = {} if site is None else {"site": site}
        return list(self._pages("/ops/v1/exceptions", **asked))

    def resolve_task(self, site: int, task: str, note: str) -> None:
        """Say that a task was done."""
        self._post(f"/ops/v1/sites/{site}/tasks/{task}/resolve", {"note": note})

    def reclassify(self, site: int, told: Mapping[str, object]) -> None:
        """Name goods that were unknown."""
        self._post(f"/ops/v1/sites/{site}/reclassify", dict(told))

    def orders(self) -> Iterator[dict[str, Any]]:
        """Return all orders with how far they have come."""
        return self._pages("/ops/v1/orders")

    def parcels(self) -> Iterator[dict[str, Any]]:
        """Return all parcels."""
        return self._pages("/ops/v1/parcels")

    def stock(self, site: int) -> list[dict[str, str]]:
        """Return the export of all stock of a site."""
        response = self._http.get("/ops/v1/export/stock.csv", params={"site": site})
        self._check(response)
        return list(csv.DictReader(io.StringIO(response.text)))

    def owned_stock(self) -> list[dict[str, Any]]:
        """Return a merchant's own stock at locations, for their clerk's desk."""
        return list(self._pages("/merchant/v1/stock"))

    def drain(self) -> None:
        """Wait until all follow-up work between lanes is decided."""
        deadline = time.monotonic() + DRAIN_S_MAX
        pause_s = 0.005
        while time.monotonic() < deadline:
            response = self._http.get("/ready")
            if response.is_success and response.json()["undelivered"] == 0:
                return
            time.sleep(pause_s)
            pause_s = min(0.1, pause_s * 1.5)
        message = f"follow-up work was not decided within {DRAIN_S_MAX:.0f} s"
        raise DeskError(message)

    def close(self) -> None:
        """Leave."""
        self._http.close()

    def _pages(self, path: str, **asked: object) -> Iterator[dict[str, Any]]:
        return self._paged(path, "rows", asked)

    def _paged(self, path: str, rows: str, asked: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        after: str | None = None
        while True:
            told = {**asked, "limit": LIMIT} | ({"after": after} if after else {})
            page = self._answer(self._http.get(path, params=told))  # type: ignore[arg-type]
            yield from page[rows]
            after = page["next"]
            if after is None:
                return

    def _post(self, path: str, body: Mapping[str, object], **asked: str) -> dict[str, Any]:
        told: dict[str, Any] = self._answer(self._http.post(path, json=body, params=asked))
        return told

    def _put(self, path: str, body: Mapping[str, object]) -> None:
        self._check(self._http.put(path, json=body))

    def _answer(self, response: httpx.Response) -> Any:  # noqa: ANN401 - as the address answers.
        self._check(response)
        return response.json()

    def _check(self, response: httpx.Response) -> None:
        if not response.is_success:
            asked = f"{response.request.method} {response.request.url.path}"
            message = f"{asked}: {response.status_code} {response.text[:400]}"
            raise DeskError(message)
