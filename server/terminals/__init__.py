"""Thin terminals: where each person stands, kept here because the terminal keeps nothing."""
