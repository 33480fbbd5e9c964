"""Proves a server, or a client in any language, by the scenarios in `fixtures/protocol`."""
