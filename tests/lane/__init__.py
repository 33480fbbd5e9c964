"""Tests of server/lane."""
