"""Calls of this machine to itself: plain HTTP, for which nothing of TLS is loaded."""

import ssl

import httpx

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""It trusts nobody, and nobody is called over TLS; reading the machine's own certificates for each
client takes as long as many calls."""


def plain_client(url: str, timeout_s: float) -> httpx.Client:
    """Return a client for an address of this machine."""
    return httpx.Client(base_url=url, timeout=timeout_s, trust_env=False, verify=NO_CERTIFICATES)
