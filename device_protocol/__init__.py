"""The device protocol: messages, chain, scans, a reference device; nothing of the server."""
