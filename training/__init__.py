"""How the bundled reader is made: from questions and texts to `embeddings/reader.npz` (`make reader`)."""
