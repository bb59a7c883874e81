"""The desk: what journalists work with beside the answers."""
