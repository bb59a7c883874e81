"""From source text to turns, speakers and exchanges."""
