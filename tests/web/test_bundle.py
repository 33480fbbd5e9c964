"""Modules become one script that does what they did."""

import subprocess
from pathlib import Path

import pytest

from server.web.assets import assets
from server.web.bundle import BundleError, bundle
from tests.javascript.test_client import node


def run(script: str, *words: str) -> str:
    told = subprocess.run(
        [node(), *words], input=script, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_modules_are_joined_in_the_order_of_what_needs_what() -> None:
    sources = {
        "a/main.js": 'import { twice as two, NAME } from "../b.js";\n'
        'import * as c from "./c.js";\n'
        "console.log(two(c.three), NAME, new c.Four().value);\n",
        "b.js": "/** Twice. */\nexport const twice = (n) => 2 * n;\n"
        'export const NAME = "b // not";\n',
        "a/c.js": 'import { twice } from "../b.js";\n'
        "export const three = twice(1) + 1;\nexport class Four {\n  value = 4;\n}\n",
    }
    assert run(bundle(sources, "a/main.js")) == "6 b // not 4\n"


def test_names_of_modules_do_not_meet() -> None:
    sources = {
        "main.js": 'import { a } from "./a.js";\nimport { b } from "./b.js";\n'
        "console.log(a, b());\n",
        "a.js": "const kept = 1;\nexport const a = kept;\n",
        "b.js": "const kept = 2;\nexport function b() {\n  return kept;\n}\n",
    }
    assert run(bundle(sources, "main.js")) == "1 2\n"


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ({"main.js": 'import { a } from "./a.js";\n'}, "main.js needs a.js, which is not there"),
        (
            {
                "main.js": 'import { a } from "./a.js";\n',
                "a.js": 'import { b } from "./main.js";\n',
            },
            "modules need each other: main.js → a.js → main.js",
        ),
        (
            {
                "main.js": 'import { b, c as d, e } from "./a.js";\n',
                "a.js": "export const b = 1;\n",
            },
            "a.js gives no c, e to main.js",
        ),
        ({"main.js": "export default 1;\n"}, "main.js: can't join 'export default 1;'"),
        ({"main.js": 'import fs from "node:fs";\n'}, "main.js: can't join 'import fs"),
        ({}, "a page needs main.js, which is not there"),
    ],
)
def test_what_can_not_be_joined_is_told(sources: dict[str, str], told: str) -> None:
    with pytest.raises(BundleError) as caught:
        bundle(sources, "main.js")
    assert told in str(caught.value)


@pytest.mark.parametrize("page", ["app", "desk", "parcel"])
def test_pages_are_whole_scripts(page: str, tmp_path: Path) -> None:
    script = tmp_path / f"{page}.js"
    script.write_bytes(assets()[f"{page}.js"].body)
    assert run("", "--check", str(script)) == ""
