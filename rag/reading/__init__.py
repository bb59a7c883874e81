"""Reading question and passages together: which sentences answer, which leave open, and whether nothing does."""

from onrecord.rag.reading.reader import Reader, Reading, ReadSentence, read_passages

__all__ = ["ReadSentence", "Reader", "Reading", "read_passages"]
