"""An optional language model, and everything that keeps it from misquoting."""
