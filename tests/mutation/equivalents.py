"""Mutants that decide the same as the rule: by module, function, change; with reasons."""

ROLLED_BACK = "what was refused is rolled back, so going on after the refusal changes nothing"
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("server/catalog/rules.py", "_digits_fit", "`False` → `True`"): ROLLED_BACK,
}
