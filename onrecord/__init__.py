"""Ask press briefings, and read the exact words on the record.

The parts lie at the top of the tree (`rag`, `embeddings`, `ui`, `samples`); this folder links to them, so that all are
one import package and nothing generic lands in site-packages.
"""

import os

# onnxruntime notes each start of a model under a mark of this machine, to be sent to its makers, and asks nothing but
# this variable before it begins to: it is set before anything here imports it, and for every process that is started.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
