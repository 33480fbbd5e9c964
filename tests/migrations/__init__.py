"""Tests of the schema's history."""
