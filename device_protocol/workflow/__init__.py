"""The scan machine: workflows as data, and the one interpreter that runs them on every device."""
