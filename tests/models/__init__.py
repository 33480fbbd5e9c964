"""Models small enough to be searched whole: every order of events within stated bounds."""
