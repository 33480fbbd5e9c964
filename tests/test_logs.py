"""Tests of logs."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server.logs import configure_logs, request_bound


@pytest.fixture(autouse=True)
def _logs_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_json_lines_carry_event_values_and_request() -> None:
    stream = io.StringIO()
    configure_logs("info", "json", stream)

    with request_bound("r-1"):
        structlog.get_logger().info("pushed", operations=3)
    structlog.get_logger().info("idle")

    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["event"], first["operations"], first["request"]) == ("pushed", 3, "r-1")
    assert first["level"] == "info"
    assert first["at"].endswith("Z")
    assert "request" not in second


def test_libraries_log_in_the_same_shape() -> None:
    stream = io.StringIO()
    configure_logs("info", "json", stream)

    logging.getLogger("library").warning("%s is late", "it")

    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"]) == ("it is late", "warning")


def test_failure_is_one_json_line_with_its_traceback() -> None:
    stream = io.StringIO()
    configure_logs("info", "json", stream)

    try:
        raise KeyError("tote")  # noqa: TRY301 - only to be logged
    except KeyError:
        structlog.get_logger().exception("failed")

    assert "KeyError: 'tote'" in json.loads(stream.getvalue())["exception"]


def test_text_is_for_people() -> None:
    stream = io.StringIO()
    configure_logs("info", "text", stream)

    structlog.get_logger().info("pushed", operations=3)

    assert "pushed" in stream.getvalue()
    assert "operations=3" in stream.getvalue()


def test_auto_is_json_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    configure_logs("info", "auto", stream)

    structlog.get_logger().info("pushed")

    assert json.loads(stream.getvalue())["event"] == "pushed"


def test_what_is_below_the_level_is_left_out() -> None:
    stream = io.StringIO()
    configure_logs("warning", "json", stream)

    structlog.get_logger().info("chatter")
    logging.getLogger("library").info("chatter")

    assert stream.getvalue() == ""
