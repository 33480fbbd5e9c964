"""Tests of the hard cases of the protocol: reference devices at a real server."""
