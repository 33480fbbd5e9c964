"""Tests of server/catalog."""
