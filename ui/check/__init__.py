"""The page that checks an article's quotations."""
