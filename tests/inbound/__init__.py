"""Tests of announced receipts."""
