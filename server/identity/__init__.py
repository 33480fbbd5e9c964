"""Who acts: devices, staff, API keys."""
