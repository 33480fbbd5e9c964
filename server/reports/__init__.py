"""Reports: what the book says, read by SQL and never written."""
