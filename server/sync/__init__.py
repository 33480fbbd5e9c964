"""Sync: streams in, outcomes and documents out."""
