"""Goods on their way from one site to another: what was ordered, left, arrived and is missing."""
