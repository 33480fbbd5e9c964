"""Tests of what devices call."""
