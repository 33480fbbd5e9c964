"""Goods on their way to a site: what merchants announced, and what came of it."""
