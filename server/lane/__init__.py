"""One serial lane per site: what waits is loaded, decided and written together."""
