"""Orders of the merchants, and the shipments by which sites fulfil them."""
