"""Tests of the scan machine."""
