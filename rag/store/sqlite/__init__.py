"""The engine of a folder: one SQLite database (the truth), and indexes in memory with caches of them beside it."""
