"""What the steps of a server's scenario do.

A step is `{"do": …, "device": "a", …, "expect": {…}, "save": name}`; what it may say beside that is
read here, by the function of its name. Texts that begin with `$` stand for what the device has: its
`$device`, `$epoch`, `$grant`, `$own` scope, and `$hash:N` after line N of its stream (0: the start,
-1: the last).
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from device_protocol import keys, messages, signatures
from device_protocol.codec import pack
from server.conformance.expecting import Heard, UnexpectedError, check, heard
from server.conformance.hints import listen
from server.conformance.office import Office
from server.conformance.replicas import Held
from server.conformance.scripts import Step
from server.conformance.speaker import Speaker

PULLS_MAX = 1_000
SALT = bytes(range(16))

_pulled = msgspec.json.Decoder(messages.PullAnswer)
_digested = msgspec.json.Decoder(messages.DigestAnswer)


class Stage:
    """One scenario while it plays."""

    def __init__(
        self,
        http: httpx.Client,
        office: Office,
        randomness: Callable[[int], bytes],
        sign_in: tuple[str, str],
    ) -> None:
        """Begin with nobody on it; `sign_in` is code and PIN of a person."""
        self.http = http
        self.office = office
        self._randomness = randomness
        self._person, self._pin = sign_in
        self._speakers: dict[str, Speaker] = {}
        self._saved: dict[str, Heard] = {}
        self._does: dict[str, Callable[[Speaker, Step], Heard | None]] = {
            "enrol": self._enrol,
            "write": self._write,
            "push": self._push,
            "hello": self._hello,
            "epoch": self._epoch,
            "sign_in": self._sign_in,
            "pull": self._pull,
            "digest": self._digest,
            "personal": self._personal,
            "attach": self._attach,
            "rotate": self._rotate,
            "live": self._live,
            "copy": self._copy,
            "forget": self._forget,
            "state": lambda who, step: self.office.set_state(who.device, step["state"]),
            "command": lambda who, step: self.office.command(who.device, step["command"]),
            "zone": lambda _, step: self.office.put_zone(step["code"]),
            "location": lambda _, step: self.office.put_location(
                step["code"], step["zone"], step["walk"]
            ),
        }

    def play(self, step: Step) -> None:
        """Do one step; UnexpectedError where it does not come out as expected."""
        who = self._speakers.get(step.get("device", "a"))
        if who is None or (step["do"] == "enrol" and not step.get("repeat")):
            who = Speaker(self.http, self._randomness)
            self._speakers[step.get("device", "a")] = who
        told = self._does[step["do"]](who, resolved(step, who))
        if told is None:
            return
        check(resolved(step.get("expect", {}), who), told, self._saved)
        if "save" in step:
            self._saved[step["save"]] = told

    def speaker(self, name: str) -> Speaker:
        """Return a device that is on the stage."""
        return self._speakers[name]

    def _enrol(self, who: Speaker, step: Step) -> Heard:
        if "code" in step:
            who.code = step["code"]
        elif not step.get("repeat"):
            role, zones = step.get("role", "courier"), step.get("zones", [])
            who.code = self.office.invite("conformance", role, zones)
        public = keys.write(keys.public_key(who.keyed(step.get("key", ""))))
        body = {"code": who.code, "public_key": public, "app": "totebook-conformance/1"}
        told = heard(who.open(messages.ENROL_PATH, body | step.get("change", {})))
        if told.status == httpx.codes.OK:
            told.body.pop("server_time")
            if not step.get("repeat"):
                who.become(told.body["device"], told.body["epoch"], told.body["nonce"])
        return told

    def _write(self, who: Speaker, step: Step) -> None:
        for line in step["lines"]:
            who.write(_line(who, line))

    def _push(self, who: Speaker, step: Step) -> Heard:
        first = step.get("first", 1)
        body = who.batch(first, step.get("last", len(who.lines)), step.get("key", ""))
        if "change" in step:
            head, _, rest = body.partition(b"\n")
            header = msgspec.json.decode(head) | step["change"]
            body = msgspec.json.encode(header) + b"\n" + rest
        body = body[: len(body) - step.get("cut", 0)] + step.get("append", "").encode()
        encoding = step.get("encoding", "")
        if encoding in ("zstd", "gzip") and not step.get("unpacked"):
            body = pack(body, encoding)
        answer = who.push(body, encoding)
        told = heard(answer)
        if told.status == httpx.codes.OK:
            raw = msgspec.json.decode(answer.content, type=messages.PushAnswer)
            told.outcomes = [bytes(each) for each in raw.outcomes]
        return told

    def _hello(self, who: Speaker, step: Step) -> Heard:
        return heard(who.say("hello", who.hello() | step.get("change", {}), step.get("key", "")))

    def _epoch(self, who: Speaker, step: Step) -> Heard:
        attempt, reason = step["attempt"], step.get("reason", "fork")
        # Attempts are a device's own: the same name by another device is another attempt.
        held = {name: step[name] for name in ("first", "last", "epoch") if name in step}
        signed = signatures.epoch_bytes(who.device, attempt, reason, **held)
        signature = keys.write(keys.sign(who.keyed(step.get("key", "")), signed))
        body = {"device": who.device, "attempt": attempt, "reason": reason, "signature": signature}
        told = heard(who.open(messages.EPOCH_PATH, body | held))
        if told.status == httpx.codes.OK and not step.get("repeat"):
            who.become(who.device, told.body["epoch"], told.body["nonce"])
        return told

    def _sign_in(self, who: Speaker, step: Step) -> Heard:
        body = {"device": who.device, "person": self._person, "pin": step.get("pin", self._pin)}
        told = heard(who.say("sign_in", body, step.get("key", "")))
        if told.status == httpx.codes.OK:
            who.token, who.grant = told.body["token"], told.body["grant"]
        return told

    def _pull(self, who: Speaker, step: Step) -> Heard:
        body = {"device": who.device, "documents_max": step.get("documents_max", 0)}
        body |= step.get("change", {})
        pages = restarts = tombstones = 0
        told = Heard(0, {})
        for _ in range(PULLS_MAX):
            asked = {"cursors": who.cursors()} | body
            answer = who.say("pull", asked, step.get("key", ""), step.get("token"))
            told = heard(answer)
            if told.status != httpx.codes.OK:
                return told
            pulled = _pulled.decode(answer.content)
            for page in pulled.pages:
                held = who.held.setdefault(page.scope, Held(page.scope))
                held.apply(page, pulled.generation)
                restarts += page.restart
                tombstones += sum(each.body is msgspec.UNSET for each in page.documents)
            for scope in pulled.dropped:
                who.held.pop(scope, None)
            pages += len(pulled.pages)
            if not pulled.more:
                break
            body.pop("cursors", None)
        told.facts = {
            "equal": all(held.is_equal for held in who.held.values()),
            "pages": pages,
            "restarted": bool(restarts),
            "tombstones": tombstones,
            "scopes": sorted(who.held),
            "several_pages": pages > len(who.held),
        }
        return told

    def _digest(self, who: Speaker, step: Step) -> Heard:
        scope = step["scope"]
        held = who.held.setdefault(scope, Held(scope))
        damaged = held.damage() if step.get("damage") else None
        body = {"device": who.device, "scope": scope, "buckets": held.buckets(), "protocol": 2}
        answer = who.say("digest", body | step.get("change", {}), step.get("key", ""))
        told = heard(answer)
        if told.status == httpx.codes.OK:
            repair = _digested.decode(answer.content)
            held.repair(repair)
            told.facts = {
                "equal": held.is_equal,
                "buckets": len(repair.buckets),
                "damaged_sent": damaged in {each.key for each in repair.page.documents},
            }
        return told

    def _personal(self, who: Speaker, step: Step) -> Heard:
        body = {"device": who.device, "salt": SALT.hex(), "body": "nobody"}
        told = heard(who.say("personal", body | step.get("change", {}), step.get("key", "")))
        named = hashlib.sha256(SALT + b"nobody").hexdigest()
        told.facts = {"named": told.body.get("hash") == named}
        return told

    def _attach(self, who: Speaker, step: Step) -> Heard:
        # The salt is the device's own, so that no earlier run has uploaded the same.
        content, salt = base64.b64decode(step["content"]), who.device.to_bytes(16, "big")
        name = hashlib.sha256(salt + content).hexdigest()
        target = f"{messages.ATTACHMENTS_PATH}/{name}"
        if "from" not in step:
            return heard(who.signed("GET", target, b"", step.get("key", "")))
        piece = content[step["from"] : step.get("to", len(content))]
        if step.get("lie"):
            piece = piece[:-1] + bytes([piece[-1] ^ 1])
        query = f"offset={step['from']}&size={len(content)}&salt={salt.hex()}&type={step['type']}"
        told = heard(who.signed("PUT", f"{target}?{query}", piece, step.get("key", "")))
        told.facts = {"missing": len(content) - told.body.get("have", 0)}
        return told

    def _rotate(self, who: Speaker, step: Step) -> Heard:
        public = keys.write(keys.public_key(who.next_private))
        proof = signatures.rotate_bytes(who.device, public)
        signed = keys.write(keys.sign(who.keyed(step.get("proof", "next")), proof))
        body = {"device": who.device, "public_key": public, "proof": signed}
        return heard(who.say("rotate", body, step.get("key", "")))

    def _live(self, who: Speaker, step: Step) -> Heard:
        def meanwhile() -> None:
            for each in step["during"]:
                self.play(each)

        hints = listen(who, meanwhile, step["scope"])
        return Heard(200, {}, facts={"hinted": step["scope"] in hints})

    def _copy(self, who: Speaker, step: Step) -> None:
        self._speakers[step["as"]] = who.copied()

    def _forget(self, who: Speaker, step: Step) -> None:
        """Have cursors that are not of this server: of another generation, history or future."""
        wrong = {"generation": 99, "hash": "f" * 64, "n": 1 << 40}
        for held in who.held.values():
            held.cursor = (held.cursor or {}) | {step["what"]: wrong[step["what"]]}


def resolved(value: Any, who: Speaker) -> Any:  # noqa: ANN401 - any JSON.
    """Put what the device has in place of texts that begin with `$`; nested steps stay."""
    if isinstance(value, dict):
        kept = ("expect", "during")
        return {name: part if name in kept else resolved(part, who) for name, part in value.items()}
    if isinstance(value, list):
        return [resolved(part, who) for part in value]
    if not isinstance(value, str) or not value.startswith("$") or value == "$any":
        return value
    name, _, number = value[1:].partition(":")
    if name == "hash":
        return who.hashes[int(number)].hex()
    has: dict[str, Callable[[], Any]] = {
        "device": lambda: who.device,
        "epoch": lambda: who.epoch,
        "grant": lambda: who.grant,
        "own": lambda: f"{who.device // 1_000_000}/device/{who.device}",
    }
    if name not in has:
        raise UnexpectedError(f"the scenario says {value}, which nothing stands for")
    return has[name]()


def _line(who: Speaker, line: Any) -> bytes:  # noqa: ANN401 - a text, or what an operation says.
    if isinstance(line, str):
        return line.encode()
    if "again_of" in line:
        return who.again(*line["again_of"])
    if "long" in line:
        return b'{"kind":"seen","scope":"' + b"x" * int(line["long"]) + b'","cursor":0}'
    return msgspec.json.encode(line)
