"""The files of the apps, as they are sent: packed once, named by what they hold."""

import gzip
import hashlib
import mimetypes
import threading
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec

from server.web.bundle import bundle
from server.web.knowledge import knowledge, texts_of

TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
}
PLAIN = "src/"
"""Where the modules stand as they were written, for who wants to read them."""

PAGES = ("app", "desk", "parcel")
"""Each is one script out of the modules that its `main.js` needs."""

TEXTS = {
    "desk": ("desk.", "shop.", "app.code.", "app.expects.", "app.then."),
    "parcel": ("parcel.",),
}
"""How the keys of a page's own texts begin; what the app says is part of what it knows."""

WITHIN = ("package.json", "texts.json")
"""What is sent as part of something else, or not at all."""

ONLINE = ("desk", "parcel")
"""What a device without a network has no use for."""

_PACKED_MIN = 512
_making = threading.Lock()


class Asset(msgspec.Struct, frozen=True):
    """One file: its bytes, its type and its name by content; packed where that is shorter."""

    body: bytes
    type: str
    etag: str
    packed: bytes = b""


def assets() -> dict[str, Asset]:
    """Return every file by its path below the app's address; made once, by who asks first."""
    with _making:
        return _made()


@lru_cache(maxsize=1)
def _made() -> dict[str, Asset]:
    found = dict(_files(resources.files("server.web").joinpath("static"), ""))
    modules = {path: body.decode() for path, body in found.items() if path.endswith(".js")}
    files = {path: body for path, body in found.items() if not path.endswith((".js", *WITHIN))}
    for page in PAGES:
        files[f"{page}.js"] = bundle(modules, f"{page}/main.js").encode()
    files["knowledge.json"] = knowledge()
    for page, prefixes in TEXTS.items():
        files[f"{page}.json"] = msgspec.json.encode(
            texts_of(prefixes, files[f"{page}.js"].decode())
        )
    version = hashlib.sha256(b"".join(files[path] for path in sorted(files))).hexdigest()[:16]
    offline = sorted(path for path in files if not path.startswith(ONLINE))
    listed = msgspec.json.encode(offline)
    worker = found["worker.js"].replace(b'"VERSION"', f'"{version}"'.encode())
    files["worker.js"] = worker.replace(b"[/* FILES */]", listed)
    files |= {f"{PLAIN}{path}": body.encode() for path, body in modules.items()}
    return {path: _asset(path, body) for path, body in files.items()}


def _files(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    listed: list[tuple[str, bytes]] = []
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir():
            listed += _files(each, f"{prefix}{each.name}/")
        else:
            listed.append((f"{prefix}{each.name}", each.read_bytes()))
    return listed


def _asset(path: str, body: bytes) -> Asset:
    suffix = path[path.rfind(".") :]
    kind = TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    packed = gzip.compress(body, 9, mtime=0) if len(body) >= _PACKED_MIN else b""
    if len(packed) >= len(body):
        packed = b""
    return Asset(body, kind, f'"{hashlib.sha256(body).hexdigest()[:32]}"', packed)
