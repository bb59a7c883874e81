"""Two briefings side by side."""
