"""Tests of what the page of an order calls."""
