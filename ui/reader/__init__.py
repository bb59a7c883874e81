"""A whole briefing to read."""
