"""What the auditor overhears while the world runs: answers that must never be contradicted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from device_protocol.messages import DigestAnswer, Page, PullAnswer, PullRequest

Place = tuple[int, int, int]
"""Device, epoch, seq."""


class Breach(NamedTuple):
    """A promise that was broken: which invariant, and how."""

    invariant: str
    told: str
    devices: tuple[int, ...] = ()
    """Whom it concerns; none is everybody."""


class Journal:
    """First outcomes, and what was said of scopes."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self.breaches: list[Breach] = []
        self.people: dict[int, set[int]] = defaultdict(set)
        """Who ever signed in on a device."""
        self._outcomes: dict[Place, tuple[bytes, bytes]] = {}
        self._checkpoints: dict[tuple[str, int, int], tuple[int, str]] = {}
        self._heads: dict[tuple[str, int], int] = defaultdict(int)
        """By scope and generation, up to where somebody was told everything."""
        self._sent: dict[tuple[str, int], set[tuple[str, int]]] = defaultdict(set)
        """By scope and generation, the keys and versions that anybody was sent."""

    def answered(
        self,
        device: int,
        epoch: int,
        first: int,
        hashes: Sequence[bytes],
        outcomes: Sequence[bytes],
    ) -> None:
        """A batch was answered: each line for the first time, or as it was before (I5, I3)."""
        for place, (line_hash, outcome) in enumerate(zip(hashes, outcomes, strict=True)):
            name = (device, epoch, first + place)
            before = self._outcomes.setdefault(name, (line_hash, outcome))
            if before[0] != line_hash:
                self.breaches.append(Breach("I3", f"line {name} has two hashes", (device,)))
            elif before[1] != outcome:
                told = f"line {name} was answered {before[1]!r}, then {outcome!r}"
                self.breaches.append(Breach("I5", told, (device,)))

    def outcomes(self) -> Iterable[tuple[Place, tuple[bytes, bytes]]]:
        """Every first answer: hash and outcome by line."""
        return self._outcomes.items()

    def restored(self, kept: Collection[Place]) -> None:
        """The server was put back to a backup: what it does not remember, it never said."""
        self._outcomes = {name: said for name, said in self._outcomes.items() if name in kept}

    def signed_in(self, device: int, person: int) -> None:
        """Somebody signed in on a device."""
        self.people[device].add(person)

    def pulled(self, device: int, person: int, asked: PullRequest, answer: PullAnswer) -> None:
        """A device was told what changed (I9)."""
        self.people[device].add(person)
        for page in answer.pages:
            cursor = asked.cursors.get(page.scope)
            if cursor is not None and not page.restart and cursor.generation == answer.generation:
                self._check_page(device, page, cursor.n)
            self._check_news(device, page, answer.generation, whole=True)
            if page.checkpoint is not None:
                point = page.checkpoint
                name = (page.scope, answer.generation, point.n)
                said = (point.count, point.sum)
                if self._checkpoints.setdefault(name, said) != said:
                    told = (
                        f"scope {page.scope} at {point.n} was {self._checkpoints[name]}, is {said}"
                    )
                    self.breaches.append(Breach("I9", told, (device,)))

    def repaired(self, device: int, answer: DigestAnswer) -> None:
        """A device was sent what a scope lacks of the server's view (I9)."""
        self._check_news(device, answer.page, answer.generation, whole=False)

    def pushed_in_doubt(self) -> None:
        """An app sent a batch before it asked where the server stands after an uncertain one."""
        self.breaches.append(Breach("P4", "a push was sent after an uncertain one, without hello"))

    def _check_news(self, device: int, page: Page, generation: int, *, whole: bool) -> None:
        """Nothing turns up at or below a commit up to which somebody was told everything.

        A repair is not `whole`: it brings nothing of the buckets that were right.
        """
        name = (page.scope, generation)
        sent, head = self._sent[name], self._heads[name]
        for document in page.documents:
            version = (document.key, document.version)
            if document.version <= head and document.body and version not in sent:
                told = f"{page.scope} {document.key}: version {document.version} is new at {head}"
                self.breaches.append(Breach("I9", told, (device,)))
            sent.add(version)
        if whole and page.checkpoint is not None:
            self._heads[name] = max(head, page.checkpoint.n)

    def _check_page(self, device: int, page: Page, after: int) -> None:
        for document in page.documents:
            if document.version <= after:
                told = f"{page.scope} {document.key}: version {document.version} came after {after}"
                self.breaches.append(Breach("I9", told, (device,)))
