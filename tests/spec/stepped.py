"""The bodies of a thin terminal's steps, as golden vectors."""

import msgspec

from device_protocol import messages, terminal

PROTOCOL = 2
"""The number whose vectors these are; a later one reads them too."""


def terminal_messages(device: int) -> list[terminal.Body]:
    """Return the bodies of a thin terminal's steps."""
    work = terminal.BeginWork("pick", 771, "ASN-7", 5_001, 81, "VAN-1", "BENCH-1")
    read = terminal.ScanRead("A-01-02", "code128", "camera", "intent", 81_230)
    outcome = msgspec.Raw(msgspec.json.encode(messages.Outcome("applied")))
    screen = terminal.ScreenShown(
        "ask.which",
        "Welcher Artikel?",
        "item",
        ("goods",),
        ("1", "no", "undo", "help", "done"),
        (terminal.AnswerShown("1", "LAMP (ACME)"), terminal.AnswerShown("no", "Nein")),
        24,
        "2 x case of 12 = 24",
    )
    said = terminal.WordSaid("ask.which", "Welcher Artikel?", "ask")
    bin_asked = terminal.ScreenShown("move.source", "Scan the place", "source", ("place",))
    return [
        terminal.ScanRequest(device, 1, terminal.BeginWork("move"), protocol=PROTOCOL),
        terminal.ScanAnswer(1, "move", bin_asked, terminal.WordSaid("ok", "OK", "ok")),
        terminal.ScanRequest(device, 19, quantity=24, protocol=PROTOCOL),
        terminal.ScanRequest(device, 17, work, protocol=PROTOCOL),
        terminal.ScanRequest(device, 18, scan=read, language="de", protocol=PROTOCOL),
        terminal.ScanAnswer(18, "pick", screen, said, (outcome,), ended=True),
    ]
