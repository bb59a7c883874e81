"""What a question asks for, alone and in a conversation."""
