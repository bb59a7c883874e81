"""The panel that shows a quote where it was said."""
