"""Errors of this layer, and the base of all; `onrecord.rag.errors` gives them out again beside its own."""


class OnRecordError(Exception):
    """Base of every error that OnRecord raises on purpose; its message is fit to be shown."""


class ModelError(OnRecordError):
    """An embedding model or a language model could not be loaded or did not answer."""


class DamagedIndex(OnRecordError):
    """A saved vector index is missing, damaged or does not belong to the library: rebuild it from the vectors."""
