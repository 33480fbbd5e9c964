"""The work of the floor: planning, and one file per activity."""
