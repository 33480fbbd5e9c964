"""Listens to live hints while something happens."""

import threading
from collections.abc import Callable

import httpx
import msgspec

from device_protocol import signatures
from device_protocol.messages import LIVE_PATH, Hint
from device_protocol.version import PROTOCOL
from server.conformance.speaker import Speaker

WAIT_S_MAX = 10.0


def listen(who: Speaker, meanwhile: Callable[[], None], scope: str) -> set[str]:
    """Open the stream, do something, and return the scopes hinted at until `scope` was."""
    hinted: set[str] = set()
    opened, done = threading.Event(), threading.Event()

    def hear() -> None:
        target = f"{LIVE_PATH}?protocol={PROTOCOL}"
        value = signatures.call_header(who.device, who.private, "GET", target, b"")
        headers = {signatures.SIGNATURE_HEADER: value, "Authorization": f"Bearer {who.token}"}
        try:
            with who.http.stream("GET", target, headers=headers, timeout=WAIT_S_MAX) as answer:
                answer.raise_for_status()
                opened.set()
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        hint = msgspec.json.decode(line.removeprefix("data:"), type=Hint)
                        hinted.add(hint.scope)
                    if scope in hinted or done.is_set():
                        return
        except httpx.HTTPError:
            return
        finally:
            opened.set()

    thread = threading.Thread(target=hear, name="listener", daemon=True)
    thread.start()
    opened.wait(WAIT_S_MAX)
    meanwhile()
    thread.join(WAIT_S_MAX)
    done.set()
    return hinted
