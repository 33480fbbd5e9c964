"""The Chromium that tests of pages drive: what is there, else what this machine can install.

`python -m tests.web.chromium` makes one be there, or says what a person has to do.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

VARIABLE = "TOTEBOOK_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ABSENT = "none"
"""The variable's value for who has no browser and does not want one."""

# A browser that talks to nobody but the page's own server.
QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"),
    # Containers give little shared memory, and a page that fills it is killed.
    "--disable-dev-shm-usage",
)
INSTALL_S_MAX = 300
HELP = f"""Tests of the pages drive a real Chromium, and none is there or could be had. Either
  as root:   apt-get install chromium       (Debian; or another package that brings `chromium`)
  as anyone: .venv/bin/playwright install chromium
  or name a Chromium or Chrome that stands elsewhere: {VARIABLE}=/path/to/chrome
  or do without, and hear so at the end of every run: {VARIABLE}={ABSENT}"""

Run = Callable[[Sequence[str]], bool]


def on_the_system() -> str | None:
    """Answer the browser that the variable names, else the system's own."""
    named = os.environ.get(VARIABLE, "")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def flags() -> list[str]:
    """Answer how a browser is started; as root, as in containers, it has no sandbox to offer."""
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def of_playwright() -> str | None:
    """Answer the browser that Playwright has downloaded."""
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


def found() -> str | None:
    """Answer where a browser is; None if there is none."""
    return on_the_system() or of_playwright()


def ways(*, is_root: bool) -> list[list[list[str]]]:
    """Answer what may install one, the quickest first; each is some commands.

    Root on Debian has it from the distribution, like everything else; who is nobody in particular
    can only take Playwright's download, which needs the libraries of a desktop to be there.
    """
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    quietly = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    apt = [["apt-get", "update", "-qq"], quietly]
    if not is_root:
        return [[playwright]]
    if shutil.which("apt-get") is None:
        return [[playwright]]
    return [apt, [[*playwright, "--with-deps"]]]


def ensure(run: Run, *, is_root: bool, look: Callable[[], str | None] = found) -> str | None:
    """Answer where a browser is, after trying every way there is to install one."""
    place = look()
    for commands in ways(is_root=is_root):
        if place is None and all(map(run, commands)):
            place = look()
    return place


def told(command: Sequence[str]) -> bool:
    """Run a command; its words are shown only if it fails."""
    sys.stdout.write(f"   {' '.join(command)}\n")
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=INSTALL_S_MAX,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.stdout.write(f"   {error}\n")
        return False
    if done.returncode:
        sys.stdout.write(
            "".join(f"   {line}\n" for line in (done.stdout + done.stderr).split("\n")[-12:])
        )
    return done.returncode == 0


def main() -> int:
    """Make a browser be there; answer 1 if that is not to be had."""
    if os.environ.get(VARIABLE) == ABSENT:
        sys.stdout.write(f"   {VARIABLE}={ABSENT}: NOBODY LOOKS AT THE PAGES IN THIS RUN\n")
        return 0
    place = ensure(told, is_root=os.geteuid() == 0)
    sys.stdout.write(f"   {place or HELP}\n")
    return int(place is None)


if __name__ == "__main__":
    sys.exit(main())
