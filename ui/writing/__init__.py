"""The language model that writes beside the quotes: said, tried, set."""
