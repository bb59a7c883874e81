"""The panel of the library: adding, listing, limiting."""
