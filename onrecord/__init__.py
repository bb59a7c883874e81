"""Ask press briefings, and read the exact words on the record.

The parts lie at the top of the tree (`rag`, `embeddings`, `ui`, `samples`); this folder links to them, so that all are
one import package and nothing generic lands in site-packages.
"""

__version__ = "0.1.0"
