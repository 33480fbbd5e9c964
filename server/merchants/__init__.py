"""Merchants: the owners of the goods."""
