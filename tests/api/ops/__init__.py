"""Tests of what ops call."""
