"""Mutation of the rules: small wrong changes, each of which some test must notice."""
