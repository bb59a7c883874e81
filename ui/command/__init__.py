"""The `onrecord` command, and the server of tools for language models."""
