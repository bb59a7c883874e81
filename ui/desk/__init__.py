"""The desk: a card for each briefing, and what was left open in all of them."""
