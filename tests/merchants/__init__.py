"""Tests of server/merchants."""
