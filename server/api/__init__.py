"""HTTP by audience: devices, ops, merchants; one audience, one principal, one guard."""
