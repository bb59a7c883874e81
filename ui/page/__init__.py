"""The page as a whole: its application, words, and what its parts share."""
