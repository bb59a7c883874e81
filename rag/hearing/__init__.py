"""Hearing a recording: sound to words with their seconds, on this machine, with what the extra `audio` installs."""
