"""Every word of a human language that the reading and answering of briefings needs."""
