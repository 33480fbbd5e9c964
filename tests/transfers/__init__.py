"""Tests of transfers between sites."""
