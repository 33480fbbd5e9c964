"""The database: engine, transactions, and the tables derived from records."""
