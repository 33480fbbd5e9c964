"""Thin terminals."""
