"""Traces: a span for each call, each transaction of a lane and its steps, or none at all.

OpenTelemetry is an extra (`pip install 'totebook[tracing]'`) and is imported only where it is
switched on.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from server.config import ConfigError, program_version, variable

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Link, Tracer


class GroupSpan:
    """A transaction of a lane that nobody traces."""

    def step(self, name: str) -> None:
        """A step begins, and the one before has ended."""

    def end(self, statements: int) -> None:
        """The transaction has ended, after so many statements."""


class Traces:
    """No traces."""

    def call(self, name: str) -> AbstractContextManager[object]:
        """A call, for as long as the block lasts."""
        del name
        return nullcontext()

    def here(self) -> Any:  # noqa: ANN401 - each tracer's own.
        """Where the present thread or task is, to be linked to from elsewhere."""
        return None

    def group(self, callers: Sequence[Any], sites: Sequence[int], operations: int) -> GroupSpan:
        """A transaction of a lane begins, for batches that these callers sent."""
        del callers, sites, operations
        return _UNTRACED

    def stop(self) -> None:
        """Send what is left."""


_UNTRACED = GroupSpan()


class OpenTelemetryTraces(Traces):
    """Traces that OpenTelemetry exports."""

    def __init__(self, provider: "TracerProvider") -> None:
        """Begin; spans go wherever the provider sends them."""
        self._provider = provider
        self._tracer: Tracer = provider.get_tracer("totebook", program_version())

    def call(self, name: str) -> AbstractContextManager[object]:
        """A call, for as long as the block lasts."""
        return self._tracer.start_as_current_span(name)

    def here(self) -> Any:  # noqa: ANN401 - see Traces.
        """The span that the present thread or task is in."""
        from opentelemetry.trace import get_current_span  # noqa: PLC0415 - an extra.

        return get_current_span().get_span_context()

    def group(self, callers: Sequence[Any], sites: Sequence[int], operations: int) -> GroupSpan:
        """A transaction of a lane, linked to the calls that it serves."""
        from opentelemetry.trace import Link  # noqa: PLC0415 - an extra.

        links = [Link(caller) for caller in callers if caller is not None and caller.is_valid]
        return _TracedGroup(self._tracer, links, sites, operations)

    def stop(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class _TracedGroup(GroupSpan):
    def __init__(
        self, tracer: "Tracer", links: "list[Link]", sites: Sequence[int], operations: int
    ) -> None:
        from opentelemetry.trace import set_span_in_context  # noqa: PLC0415 - an extra.

        self._tracer = tracer
        self._span = tracer.start_span("group", links=links)
        self._span.set_attribute("totebook.sites", tuple(sites))
        self._span.set_attribute("totebook.operations", operations)
        self._inside = set_span_in_context(self._span)
        self._step = tracer.start_span("hold", self._inside)

    def step(self, name: str) -> None:
        """A step begins, and the one before has ended."""
        self._step.end()
        self._step = self._tracer.start_span(name, self._inside)

    def end(self, statements: int) -> None:
        """The transaction has ended, after so many statements."""
        self._step.end()
        self._span.set_attribute("totebook.statements", statements)
        self._span.end()


def traces_to(address: str) -> Traces:
    """The traces that a setting asks for: none without an address."""
    if not address:
        return Traces()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra.
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra.
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - an extra.
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra.
    except ImportError as error:
        message = (
            f"{variable('traces')} is set, and {error.name} is not installed: "
            "pip install 'totebook[tracing]', or leave the variable out."
        )
        raise ConfigError(message) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "totebook"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
    return OpenTelemetryTraces(provider)
