"""Tests of how the code itself is written."""
