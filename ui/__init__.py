"""The `onrecord` command and the page; imports only the public names of `onrecord.rag`."""
