"""Acceptance: real days, from import to delivered."""
