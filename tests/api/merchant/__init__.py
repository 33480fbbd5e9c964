"""Tests of what merchants call."""
