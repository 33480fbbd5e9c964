"""What is shown: how the day goes while it goes, and what came of it at the end."""

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from server.demo.handheld import Handheld
from server.demo.opening import CLERK
from server.demo.run import Result
from server.demo.shift import Shift

PHASES_SHOWN = 14
EXAMPLE_CHARACTERS = 100
FINDINGS_SHOWN = 25
OPENED = (
    ("/app/desk.html", "the desk of supervisors and merchants: sign in as told below"),
    ("/app/", "the app of operators: enrol with a code told below"),
    ("/schema", "the API with examples"),
    ("/ops/v1/exceptions", "what waits for a person"),
    ("/ops/v1/export/stock.csv", "all stock"),
    ("/ops/v1/orders", "orders and how far they are"),
    ("/merchant/v1/stock", "a merchant's stock, for their clerk"),
)


class LiveBoard:
    """A live display of the phases and of every device; plain lines where there is no terminal."""

    def __init__(self, console: Console) -> None:
        """Show on a console."""
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._crew: list[Handheld] = []
        self._tasks: list[TaskID] = []
        self._live = Live(
            get_renderable=self._shown,
            console=console,
            refresh_per_second=5,
            transient=True,
        )
        if console.is_terminal:
            self._live.start()

    def close(self) -> None:
        """Show no more; it can be called again."""
        if self._live.is_started:
            self._live.stop()

    def phase(self, name: str, jobs: int) -> None:
        """A phase begins."""
        if not self._console.is_terminal:
            self._console.print(f"{self._recorded():>7,} operations  {name}")
        while len(self._tasks) >= PHASES_SHOWN:
            self._progress.remove_task(self._tasks.pop(0))
        self._tasks.append(self._progress.add_task(name, total=max(1, jobs)))

    def done(self, jobs: int = 1) -> None:
        """Somebody is done."""
        self._progress.advance(self._tasks[-1], jobs)

    def watch(self, crew: list[Handheld]) -> None:
        """Show these devices."""
        self._crew = crew

    def _recorded(self) -> int:
        return sum(hand.recorded for hand in self._crew)

    def _shown(self) -> Group:
        table = Table("device", "site", "works as", "operations", "network", box=None)
        for hand in self._crew:
            network = "out of reach" if hand.offline else "unreliable"
            site, recorded = str(hand.site), f"{hand.recorded:,}"
            table.add_row(hand.name, site, hand.post.role, recorded, network)
        return Group(self._progress, table)


def show(console: Console, result: Result) -> None:
    """Print the summary of a day."""
    console.print(figures(result))
    console.print(orders(result))
    console.print(outcomes(result))
    console.print(accuracies(result))
    console.print(causes(result))
    told = result.verified.stdout.strip().splitlines()
    console.print("\n".join(line.strip() for line in told if "checked" in line or "verify" in line))
    if result.verified.returncode:
        console.print(result.verified.stdout + result.verified.stderr, markup=False)
    for finding in result.audit.findings[:FINDINGS_SHOWN]:
        console.print(f"  {finding}", markup=False, highlight=False)
    if result.audit.findings:
        console.print(f"[red]audit: {len(result.audit.findings):,} differences[/red]")
    else:
        console.print(
            f"[green]audit: clean[/green] ({result.audit.units:,} units where the book says, "
            f"{result.audit.lines:,} lines stored once; final balances {result.audit.digest})"
        )


def figures(result: Result) -> Table:
    """The figures of the day."""
    tally, found = result.tally, result.audit
    per_line = tally.pushed_bytes / max(1, found.lines)
    refused = sum(each.times for each in found.outcomes if each.outcome == "refused")
    table = Table("what happened", "how often", title="The day")
    for name, value in (
        ("seconds", f"{result.seconds:,.1f}"),
        ("devices", f"{result.devices}"),
        ("operations, durable on a device and in the book", f"{found.lines:,}"),
        ("calls of devices", f"{sum(tally.messages.values()):,}"),
        ("calls that were lost and made again", f"{result.repeated_calls:,}"),
        ("calls that arrived twice", f"{tally.repeated:,}"),
        ("operations that arrived again, and counted once", f"{result.suppressed:,}"),
        ("intents refused", f"{refused:,}"),
        ("crashes of devices / kills of the server", f"{result.crashes} / {result.kills}"),
        ("bytes per operation on the way", f"{per_line:,.0f}"),
        ("units on the floor / vanished unseen", f"{found.units:,} / {result.units_lost:,}"),
        ("parcels delivered", f"{found.parcels['delivered']:,} of {found.parcels.total():,}"),
    ):
        table.add_row(name, value)
    return table


def orders(result: Result) -> Table:
    """What became of the orders, and what waits for a person."""
    found = result.audit
    table = Table("orders", "", "waits for a person", "", title="Orders and exceptions")
    left, right = found.orders.most_common(), found.exceptions.most_common()
    for place in range(max(len(left), len(right))):
        state = left[place] if place < len(left) else ("", "")
        kind = right[place] if place < len(right) else ("", "")
        table.add_row(state[0], str(state[1]), kind[0], str(kind[1]))
    return table


def outcomes(result: Result) -> Table:
    """Outcomes other than applied, each with an example."""
    table = Table("outcome", "code", "", "for example", title="Facts are never refused")
    for each in result.audit.outcomes:
        if each.outcome == "applied":
            table.add_row("applied", "", f"{each.times:,}", "")
        else:
            example = each.example[:EXAMPLE_CHARACTERS]
            table.add_row(each.outcome, each.code, f"{each.times:,}", example)
    return table


def accuracies(result: Result) -> Table:
    """How well the book and the floor agreed, as counts found it and as it really was."""
    found = result.audit
    table = Table("", "lines", "right", "units by the book", "off", title="Inventory accuracy")
    for name, told in (
        ("counted first", found.counted.get("first")),
        ("counted again", found.counted.get("recount")),
        ("all stock before the evenings' counts", found.against_floor.get("before")),
        ("all stock at the end", found.against_floor.get("after")),
    ):
        if told:
            share = f"{told['lines_right'] / told['lines']:.2%}"
            units, off = f"{told['units_book']:,}", f"{told['units_off']:,}"
            table.add_row(name, f"{told['lines']:,}", share, units, off)
    return table


def causes(result: Result) -> Table:
    """Why book and floor differed, and how often that was so."""
    told = result.audit.causes
    table = Table("closed because", "", "so it was", title="Differences, by cause")
    for each in told.given:
        table.add_row(each.cause, f"{each.times:,}", f"{each.agreed:,}")
    for cause, times in told.by_itself.most_common():
        table.add_row(f"{cause}, by the book itself", f"{times:,}", "")
    table.add_row("still open", f"{told.still_open:,}", "")
    return table


def keep(console: Console, shift: Shift) -> None:
    """Say what can be opened, and stay until interrupted."""
    url = shift.child.url

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    say(f"\nThe server stays up: {url}")
    for path, what in OPENED:
        say(f"  {url}{path:<26}{what}")
    say("Sign in at the desk as one of these, or by POST /ops/v1/sign_in for a token to call with:")
    for person in (*shift.world.people[:2], CLERK):
        say(f'  {person.role:<11} {{"person": "{person.code}", "password": "{person.pin}"}}')
    say("Enrol devices with these codes (a browser is one, too), and sign in there by PIN:")
    for site in shift.world.sites:
        code = shift.desk.invite(site.number, f"visitor {site.code}", "floor")
        hand = next((each for each in shift.crew if each.site == site.number), shift.crew[0])
        person = hand.post.person
        say(f"  {url}/app/#enrol?code={code}")
        say(f"    {code} in {site.name}; {person.code}, PIN {person.pin}")
    say(f"The book is in {shift.child.folder}. Ctrl-C ends it.")
    try:
        shift.child.wait()
    except KeyboardInterrupt:
        say("stopped")
