"""The parts of reading a scan; `device_protocol.scan` is their front."""
