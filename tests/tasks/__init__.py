"""Tests of the floor's activities."""
