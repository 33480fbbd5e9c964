"""Totebook's server: the book of what people did with real goods."""
