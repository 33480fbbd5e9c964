"""What consumers see and say of their orders, by the signed link of a page."""
