"""The nightly counts of what the tests run in small."""
