"""The HTTP API for programs and for the page's scripts."""
