"""A thin terminal as a test needs it: it keeps its step number, and nothing else."""

from typing import Any

import httpx
import msgspec

from device_protocol.terminal import SCAN_PATH, BeginWork, ScanAnswer, ScanRead, ScanRequest
from tests.api.device.callers import Caller


class Thin:
    """A terminal on which an operator is signed in."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.step = 0
        self.last = ScanAnswer(0)

    def send(self, request: ScanRequest) -> httpx.Response:
        """Make the call."""
        return self.caller.call(SCAN_PATH, request)

    def request(self, **given: Any) -> ScanRequest:  # noqa: ANN401 - the fields of a request.
        """The next step."""
        usual: dict[str, Any] = {"step": self.step + 1, "protocol": 2}
        return ScanRequest(device=self.caller.device, **(usual | given))

    def take(self, **given: Any) -> ScanAnswer:  # noqa: ANN401 - as above.
        """Take the next step, which must be answered."""
        return self.read(self.send(self.request(**given)))

    def read(self, answer: httpx.Response) -> ScanAnswer:
        """Keep what was answered."""
        assert answer.status_code == 200, answer.text
        self.last = msgspec.json.decode(answer.content, type=ScanAnswer)
        self.step = self.last.step
        return self.last

    def begin(self, workflow: str, **work: Any) -> ScanAnswer:  # noqa: ANN401 - the fields of work.
        """Begin some work."""
        return self.take(begin=BeginWork(workflow, **work))

    def scan(self, text: str, **read: Any) -> ScanAnswer:  # noqa: ANN401 - the fields of a scan.
        """Scan."""
        return self.take(scan=ScanRead(text, **read))

    def show(self) -> ScanAnswer:
        """Ask what is shown, as after a restart."""
        return self.read(self.send(self.request(step=0)))

    def all(self, *given: str) -> ScanAnswer:
        """Scan one after the other; `/x` is the key x, `#n` the number n."""
        for text in given:
            if text.startswith("/"):
                self.take(key=text[1:])
            elif text.startswith("#"):
                self.take(quantity=int(text[1:]))
            else:
                self.scan(text)
        return self.last

    @property
    def heard(self) -> str:
        """The key of what was said."""
        return self.last.said.key if self.last.said else ""

    @property
    def shows(self) -> str:
        """The key of what is shown."""
        return self.last.screen.key if self.last.screen else ""

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """The outcomes of what the step wrote."""
        return [msgspec.json.decode(each) for each in self.last.outcomes]
