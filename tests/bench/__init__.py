"""Benchmarks: figures of speed and size, each beside its limit measured in the same run."""
