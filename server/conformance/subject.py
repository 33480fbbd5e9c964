"""A client under test: a program that is spoken to in lines of JSON, killed and started again."""

import json
import queue
import shlex
import shutil
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

ANSWER_S_MAX = 60.0
ENDED = None

Answer = dict[str, Any]


class SubjectError(RuntimeError):
    """The client ended, said nothing in time, or said what is no answer."""


class Subject:
    """One client with its folder; SPEC.md, section 23, says what it is told."""

    def __init__(self, command: str, folder: Path) -> None:
        """Start nothing yet."""
        self.folder = folder
        self._command = [*shlex.split(command), str(folder)]
        self._process: subprocess.Popen[str] | None = None
        self._said: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def ask(self, **command: Any) -> Answer:  # noqa: ANN401 - any JSON.
        """Give a command and return its answer."""
        self.tell(**command)
        return self.answer(str(command["do"]))

    def tell(self, **command: Any) -> None:  # noqa: ANN401 - any JSON.
        """Give a command without waiting."""
        process = self._running()
        if process.stdin is None:
            raise SubjectError("the client has no input")
        try:
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
        except OSError as error:
            raise SubjectError(f"the client ended: {error}") from error

    def answer(self, told: str) -> Answer:
        """Wait for the answer to the command that was given."""
        try:
            line = self._said.get(timeout=ANSWER_S_MAX)
        except queue.Empty:
            raise SubjectError(f"no answer to {told} within {ANSWER_S_MAX:.0f} s") from None
        if line is ENDED:
            raise SubjectError(f"the client ended at {told}; its standard error says why")
        try:
            answer = json.loads(line)
        except ValueError:
            raise SubjectError(f"the answer to {told} is no JSON: {line[:80]!r}") from None
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise SubjectError(f"the answer to {told} has no ok: {line[:80]!r}")
        return answer

    def kill(self) -> None:
        """End it at once, in whatever it does; the next command starts it again."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)

    def copied(self, folder: Path) -> "Subject":
        """Return a client that lives in a copy of the folder, as it is on the disk now."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Subject(shlex.join(self._command[:-1]), folder)

    def put_back(self, copy: Path) -> None:
        """Go back to an earlier copy of the folder."""
        self.kill()
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is not None:
            return self._process
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            process = subprocess.Popen(  # noqa: S603 - whoever tries a client names its command.
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        except OSError as error:
            raise SubjectError(f"{self._command[0]} can't be started: {error}") from error
        said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, said), daemon=True).start()
        self._process, self._said = process, said
        return process


def _read(process: subprocess.Popen[str], said: "queue.SimpleQueue[str | None]") -> None:
    if process.stdout is not None:
        try:
            for line in process.stdout:
                said.put(line)
        except ValueError:
            # It was killed, and its output closed.
            pass
    said.put(ENDED)


def _close(pipe: Any) -> None:  # noqa: ANN401 - a text stream.
    # What was still to be written goes nowhere, as it must.
    with suppress(OSError):
        pipe.close()
