"""A second client of the device protocol, in JavaScript, written from SPEC.md alone."""
