"""Opening the app on one's own phone: addresses, trust, and a picture of the enrolment link."""

import io
import ipaddress
import socket
from collections.abc import Iterator, Sequence

import click
import segno

from server.clock import SystemClock
from server.commands.certificates import Certified, certified
from server.commands.devices import invite_in_book
from server.config import Settings, variable
from server.web.authority import AUTHORITY, certificates_folder

ANYWHERE = frozenset(("0.0.0.0", "::"))  # noqa: S104 - what a person set is recognised.
# Nothing is sent: asking the way to an address tells by which of its own this machine would go.
_FAR = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def addresses(host: str) -> list[str]:
    """Answer at which addresses others reach a server that listens on `host`, the best first."""
    if host not in ANYWHERE:
        return [host]
    found = [*_of_routes(), *_of_name()]
    wanted = [each for each in dict.fromkeys(found) if not ipaddress.ip_address(each).is_loopback]
    return [*wanted, "127.0.0.1"]


def _of_routes() -> Iterator[str]:
    for family, far in _FAR:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((far, 9))
            except OSError:
                continue
            yield str(probe.getsockname()[0])


def _of_name() -> Iterator[str]:
    try:
        told = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
    except OSError:
        return
    # The zone of a link-local address is this machine's alone.
    yield from (str(place[0]) for *_, place in told if "%" not in str(place[0]))


def certificate_for(settings: Settings) -> Certified:
    """Answer a certificate for every name and address of this machine."""
    name = socket.gethostname().lower()
    names = ["localhost", *([name, f"{name}.local"] if name != "localhost" else [])]
    wanted = [*names, *addresses(settings.host), "127.0.0.1"]
    folder = certificates_folder(settings)
    return certified(folder, tuple(dict.fromkeys(wanted)), SystemClock().now())


def urls(settings: Settings, *, is_safe: bool) -> list[str]:
    """Answer the addresses of the server as people type them."""
    scheme = "https" if is_safe else "http"
    hosts = [f"[{each}]" if ":" in each else each for each in addresses(settings.host)]
    return [f"{scheme}://{each}:{settings.port}" for each in hosts]


def tell(settings: Settings, shown: Certified | None, invited: str | None, site: int) -> None:
    """Say how to open the app, and invite a phone if that is wanted."""
    reached = urls(settings, is_safe=shown is not None)
    for line in how_to_open(reached, shown):
        click.echo(line)
    if invited is None:
        return
    code, number, until = invite_in_book(invited, site, "floor")
    link = f"{reached[0]}/app/#enrol?code={code}"
    click.echo(f"\nDevice {number} {invited}: scan this with the phone's camera, by {until}")
    drawn = io.StringIO()
    segno.make(link, micro=False).terminal(drawn, border=2, compact=True)
    click.echo(drawn.getvalue())
    click.echo(link)


def how_to_open(reached: Sequence[str], shown: Certified | None) -> list[str]:
    """Answer what a person does to have the app on a phone."""
    told = [f"App:  {reached[0]}/app/"]
    told += [f"      {each}/app/" for each in reached[1:]]
    host = reached[0].split("//")[1].rsplit(":", 1)[0]
    if shown is None:
        if host != "127.0.0.1":
            told.append("Browsers run the app over https only, except on this machine: add --tls.")
        return told
    if host == "127.0.0.1":
        told.append(f"No phone reaches that address: set {variable('host')}.")
    return [
        *told,
        f"Desk: {reached[0]}/app/desk.html",
        f"Trust: open {reached[0]}/app/{AUTHORITY} on the phone, pass its warning once and install",
        "      what comes as an authority (docs/operations.md). Its fingerprint must be",
        f"      {shown.fingerprint}",
    ]
