"""The simulator: the real rules and reference devices under a seeded scheduler, with faults."""
