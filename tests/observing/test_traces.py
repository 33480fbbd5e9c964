"""Traces: a span for each call, transaction and step, where they are asked for."""

import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from server.clock import FixedClock
from server.config import ConfigError
from server.db.engine import Database
from server.lane.lane import Lane
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.observing.observing import Observing
from server.observing.traces import OpenTelemetryTraces, Traces, traces_to
from tests.floor import SITE, Floor


def test_call_and_its_transaction_are_linked(database: Database, clock: FixedClock) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = OpenTelemetryTraces(provider)
    observing = Observing(database, clock.now, traces=traces)
    floor = Floor(SqlStore(database.writing, LISTINGS))
    handheld = floor.handheld()
    lane = Lane(floor.store, floor.rules, lambda: floor.now, observer=observing)

    with traces.call("POST /device/v1/push"):
        future = lane.submit(handheld.batch(1, 1))
    assert future.result(10).status == "taken"
    # Nobody called for this one.
    assert lane.submit(handheld.batch(1, 1)).result(10).status == "taken"
    lane.close()
    observing.stop()

    spans = exporter.get_finished_spans()
    [call] = [span for span in spans if span.name.startswith("POST")]
    group, alone = [span for span in spans if span.name == "group"]
    assert [link.context.span_id for link in group.links] == [call.context.span_id]
    assert alone.links == ()
    assert group.attributes is not None
    assert group.attributes["totebook.sites"] == (SITE,)
    assert group.attributes["totebook.operations"] == 1
    assert int(str(group.attributes["totebook.statements"])) > 5
    steps = [
        span.name
        for span in spans
        if span.parent is not None and span.parent.span_id == group.context.span_id
    ]
    assert steps == ["hold", "load", "decide", "write", "commit"]


def test_nothing_is_traced_without_an_address() -> None:
    traces = traces_to("")

    assert type(traces) is Traces
    assert traces.here() is None
    with traces.call("GET /health"):
        span = traces.group([], [1], 1)
    span.step("load")
    span.end(1)
    traces.stop()


def test_address_makes_traces_that_are_exported() -> None:
    traces = traces_to("http://127.0.0.1:9/v1/traces")

    assert isinstance(traces, OpenTelemetryTraces)
    traces.stop()


def test_address_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)

    with pytest.raises(ConfigError, match=r"totebook\[tracing\]"):
        traces_to("http://127.0.0.1:9/v1/traces")
