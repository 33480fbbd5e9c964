"""The book: places, stock keys, movements, balances, counts, holds, allocations, discrepancies."""
