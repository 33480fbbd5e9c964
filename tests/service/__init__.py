"""Tests of what consumers see and say of their orders."""
