"""SPEC.md and its golden vectors: each says what the code does."""
