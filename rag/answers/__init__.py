"""From passages to an answer in prose, its quotes and its status."""
