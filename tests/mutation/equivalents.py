"""Mutants that decide the same as the rule: by module, function, change; with reasons."""

ROLLED_BACK = "what was refused is rolled back, so going on after the refusal changes nothing"
NAMED_AGAIN = "the place is named again in the same round, to see whether it is an intake"
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("server/catalog/rules.py", "_digits_fit", "`False` → `True`"): ROLLED_BACK,
    (
        "server/ledger/posting.py",
        "want_balance",
        "`look.row(Place, (site, place))` → `pass`",
    ): NAMED_AGAIN,
}
