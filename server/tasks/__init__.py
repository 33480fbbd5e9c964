"""The work of the floor, one file per activity, and what desks say of it."""
