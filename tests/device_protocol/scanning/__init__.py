"""Tests of the parts of reading a scan."""
