"""Tests of server processes on one database."""
