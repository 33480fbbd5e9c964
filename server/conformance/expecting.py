"""Compares what a server answered with what a scenario expects."""

import json
from typing import Any

import httpx
import msgspec

PROBLEM_TYPE = "application/problem+json"
ANY = "$any"


class UnexpectedError(AssertionError):
    """A step came out otherwise; the text says how."""


class Heard(msgspec.Struct):
    """What came of a step: an answer, and what the scenario's device made of it."""

    status: int
    body: Any
    outcomes: list[bytes] = []
    """As they stand in the answer of a push."""
    facts: dict[str, Any] = {}


def heard(answer: httpx.Response, **facts: Any) -> Heard:  # noqa: ANN401 - any JSON.
    """Read an answer; an error must have the shape of a problem."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        raise UnexpectedError(f"no JSON: HTTP {answer.status_code} {answer.text[:80]!r}") from None
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        check_problem(answer, body)
    return Heard(answer.status_code, body, facts=facts)


def check_problem(answer: httpx.Response, body: Any) -> None:  # noqa: ANN401 - any JSON.
    """Check that an error can be read by any device."""
    if answer.headers.get("Content-Type", "").partition(";")[0] != PROBLEM_TYPE:
        raise UnexpectedError(f"HTTP {answer.status_code} is no {PROBLEM_TYPE}")
    missing = {"type", "title", "status", "detail", "code"} - set(body)
    if missing or body["status"] != answer.status_code:
        raise UnexpectedError(f"the problem lacks {sorted(missing)} or tells another status")


def check(expected: dict[str, Any], told: Heard, saved: dict[str, Heard]) -> None:
    """Raise UnexpectedError where an answer is not what was expected."""
    status = expected.get("status", 200)
    if told.status != status:
        raise UnexpectedError(f"HTTP {told.status} {told.body}, not {status}"[:400])
    if "code" in expected and told.body["code"] != expected["code"]:
        raise UnexpectedError(f"code {told.body['code']}, not {expected['code']}")
    if "outcomes" in expected:
        came = [_outcome(each) for each in told.body.get("outcomes", [])]
        _same("outcomes", came, expected["outcomes"])
    if "same_as" in expected:
        before = saved[expected["same_as"]]
        _same("bytes", told.outcomes or told.body, before.outcomes or before.body)
    for name, value in expected.get("facts", {}).items():
        _same(name, told.facts.get(name), value)
    _fits("", told.body, expected.get("body", {}))


def _outcome(outcome: dict[str, Any]) -> str:
    code = outcome.get("code", "")
    return f"{outcome['outcome']}:{code}" if code else str(outcome["outcome"])


def _same(what: str, came: Any, expected: Any) -> None:  # noqa: ANN401 - any JSON.
    if came != expected:
        raise UnexpectedError(f"{what}: {came}, not {expected}"[:600])


def _fits(path: str, came: Any, expected: Any) -> None:  # noqa: ANN401 - any JSON.
    if expected == ANY:
        return
    if isinstance(expected, dict):
        if not isinstance(came, dict):
            raise UnexpectedError(f"{path or 'the answer'} is {came}, no object"[:400])
        for name, value in expected.items():
            _fits(f"{path}/{name}", came.get(name), value)
        return
    _same(path, came, expected)
