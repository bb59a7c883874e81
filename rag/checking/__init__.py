"""Is this quotation on the record? Articles read and compared with the library."""
