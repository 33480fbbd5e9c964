"""Golden vectors of the workflows: what was given, and what then is shown, said and written.

`python -m tests.device_protocol.workflow.golden` writes the answers of the present definitions into
the files; what has changed is then read in the diff.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from device_protocol.workflow import labels
from device_protocol.workflow.checking import adjusted
from device_protocol.workflow.definition import Adjustment
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.session import Step
from device_protocol.workflow.view import Work
from tests.device_protocol.workflow.world import Person, World

GIVEN = ("label", "after", "scan", "keyed", "key", "quantity")
"""What a step may give; codes that may be of a `label`, `after` so many ms, come as a device joins
them."""
FOLDER = Path(__file__).parents[3] / "fixtures" / "workflow" / "v1"


def stories() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every story with the name of its file and the site in which it plays."""
    read = [(path.stem, json.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*"))]
    return [(name, file["site"], story) for name, file in read for story in file["stories"]]


def play(name: str, site: Mapping[str, Any], story: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give everything that a story gives; answer each step with what it led to."""
    definition = DEFINITIONS[name]
    if "adjustment" in story:
        definition = adjusted(definition, msgspec.convert(story["adjustment"], Adjustment))
    world = msgspec.convert(site | story.get("site", {}), World)
    person = Person(definition, world, msgspec.convert(story.get("work", {}), Work))
    steps = [told(person.last, {})]
    for step in story["steps"][1:]:
        given = {name: step[name] for name in GIVEN if name in step}
        taken = _give(person, given)
        steps.append(told(taken or same_label(person), given))
    return steps


def same_label(person: Person) -> Step:
    """What a device shows at a code of a label of which a line is written already."""
    return msgspec.structs.replace(person.last, operations=(), feedback=labels.SAME)


def told(step: Step, given: dict[str, Any]) -> dict[str, Any]:
    """A step as it stands in a file."""
    prompt = step.prompt
    shows: dict[str, Any] = {"text": prompt.key, "fields": dict(prompt.fields)}
    if prompt.quantity is not None:
        shows["quantity"] = prompt.quantity
    if prompt.packs:
        shows["packs"] = [list(msgspec.structs.astuple(pack)) for pack in prompt.packs]
    if prompt.answers:
        shows["answers"] = [[answer.command, answer.text] for answer in prompt.answers]
    if prompt.notice is not None:
        shows["notice"] = {"text": prompt.notice.key, "fields": dict(prompt.notice.fields)}
    says = {"text": step.feedback.key, "fields": dict(step.feedback.fields)}
    writes = [json.loads(msgspec.json.encode(operation)) for operation in step.operations]
    return given | {"shows": shows, "says": says, "writes": writes}


def _give(person: Person, given: Mapping[str, Any]) -> Step | None:
    if "label" in given:
        return person.label(given["label"], given.get("after", 1_000))
    if "key" in given:
        return person.key(given["key"])
    if "quantity" in given:
        return person.number(given["quantity"])
    if "keyed" in given:
        return person.scan(given["keyed"], entry="keyed")
    return person.scan(given["scan"])


def write() -> None:
    """Write the answers of the present definitions into the files."""
    for path in sorted(FOLDER.glob("*")):
        file = json.loads(path.read_text("utf-8"))
        for story in file["stories"]:
            story["steps"] = play(path.stem, file["site"], story)
        path.write_text(_pretty(file), "utf-8")


def _pretty(file: dict[str, Any]) -> str:
    """One line per step, so that a diff is read easily."""
    stories = []
    for story in file["stories"]:
        head = {name: value for name, value in story.items() if name != "steps"}
        steps = ",\n".join(f"      {json.dumps(step)}" for step in story["steps"])
        stories.append(f'    {json.dumps(head)[:-1]}, "steps": [\n{steps}\n    ]}}')
    site = json.dumps(file["site"])
    return f'{{\n  "site": {site},\n  "stories": [\n' + ",\n".join(stories) + "\n  ]\n}\n"


if __name__ == "__main__":
    write()
