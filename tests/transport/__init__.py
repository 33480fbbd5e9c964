"""Tests of rounds and parcels."""
