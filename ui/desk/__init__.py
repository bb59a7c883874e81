"""The desk: what is done with briefings beyond asking."""
