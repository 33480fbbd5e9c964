"""What browsers are sent: small, named by content, and all that a device needs offline."""

import gzip
import json
import re
from typing import Any

import pytest

from server.web.assets import PLAIN, assets
from server.web.knowledge import knowledge, page_texts

SCRIPT_BYTES_MAX = 150_000


def test_script_of_the_app_is_small() -> None:
    files = assets()
    scripts = [files["app.js"], files["worker.js"]]
    assert sum(len(each.packed or each.body) for each in scripts) <= SCRIPT_BYTES_MAX


def test_packed_files_hold_the_same() -> None:
    for name, each in assets().items():
        assert each.packed == b"" or gzip.decompress(each.packed) == each.body, name


def test_files_of_a_device_are_named_to_its_worker() -> None:
    worker = assets()["worker.js"].body.decode()
    listed = re.search(r"const FILES = (\[.*?\]);", worker)
    assert listed is not None
    names = json.loads(listed.group(1))
    assert {"index.html", "app.js", "app.css", "knowledge.json"} <= set(names)
    assert all(name in assets() for name in names)
    assert not any(name.startswith(("desk", "parcel", PLAIN)) for name in names)
    assert re.search(r'const VERSION = "[0-9a-f]{16}"', worker)


def test_modules_can_be_read_as_they_were_written() -> None:
    told = assets()[f"{PLAIN}workflow/interpreter.js"].body.decode()
    assert told.startswith("/**")


def test_texts_of_pages_have_the_same_fields_in_every_language() -> None:
    texts = page_texts()
    assert texts
    for key, text in texts.items():
        fields = [sorted(re.findall(r"\{(\w+)\}", told)) for told in (text.en, text.zh, text.de)]
        assert all(text for text in (text.en, text.zh, text.de)), key
        assert fields[0] == fields[1] == fields[2], key


@pytest.mark.parametrize("page", ["app", "desk", "parcel"])
def test_every_text_that_a_script_names_is_there(page: str) -> None:
    script = assets()[f"{page}.js"].body.decode()
    named = set(re.findall(r'\bt\("((?:app|desk|shop|parcel)\.[a-z_.]+)"', script))
    assert named
    assert named <= texts_sent_with(page).keys()


def texts_sent_with(page: str) -> dict[str, dict[str, str]]:
    """The texts that a page is sent."""
    told: dict[str, Any] = json.loads(
        knowledge() if page == "app" else assets()[f"{page}.json"].body
    )
    return told["pages"] | told["texts"] if page == "app" else told


def test_device_is_not_sent_what_only_other_pages_say() -> None:
    firsts = {key.split(".")[0] for key in json.loads(knowledge())["pages"]}
    assert firsts == {"app"}
    assert {key.split(".")[0] for key in texts_sent_with("parcel")} == {"parcel"}
    app = {key for key in texts_sent_with("desk") if key.startswith("app.")}
    assert (
        0
        < len(
            [key for key in app if not key.startswith(("app.code.", "app.expects.", "app.then."))]
        )
        < 20
    )


def test_knowledge_is_what_scripts_read() -> None:
    told = json.loads(knowledge())
    assert {"forms", "operations", "parts", "workflows", "texts", "pages"} == told.keys()
    assert told["operations"]["pick"]["quantity"] == {"required": True, "is": "int"}
    assert told["operations"]["count"]["lines"]["of"] == "CountLine"
