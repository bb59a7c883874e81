"""The chat: questions, answers, conversations."""
