"""Server processes on one database: who lives, who does which duty, which schema they need."""
