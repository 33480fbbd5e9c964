"""Tampering with stored rows, by who owns the database: verify names every one."""
