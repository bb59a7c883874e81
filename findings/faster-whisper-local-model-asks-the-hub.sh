#!/usr/bin/env bash
# faster-whisper 1.2.1: a model opened from a folder, with local_files_only=True, is completed from the model hub.
#
# Expected: that WhisperModel("folder", local_files_only=True) opens what is in the folder, or says what it lacks, and
# asks nobody: the folder was converted for it, and its model.bin, config.json and vocabulary are all there.
# Seen: where the folder has no tokenizer.json, which the converter does not write by itself, the tokenizer of
# openai/whisper-tiny is asked of the hub, past local_files_only. Where the hub answers, all goes well, and whoever tries
# it at a desk does not notice; offline it ends in an error that tells of the hub and not of the file that is missing.
#
# A model of our own with one layer and no learned weight stands for a converted one, and a server on this machine for
# the hub. Needs python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1
# where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  faster-whisper==1.2.1 ctranslate2==4.8.5 huggingface_hub==2.4.0 tokenizers==0.23.3

cat > "$folder/expected" <<'END'
faster-whisper 1.2.1
in the folder: config.json, model.bin, vocabulary.json
asked of the hub: /openai/whisper-tiny.en/resolve/main/tokenizer.json
opened: False
END
cat > "$folder/show.py" <<'END'
import http.server
import os
import threading
from importlib.metadata import version

asked = []


class Hub(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        asked.append(self.path)
        self.send_error(404)

    do_GET = do_HEAD

    def log_message(self, *_):
        pass


hub = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
threading.Thread(target=hub.serve_forever, daemon=True).start()
os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{hub.server_port}"

import numpy as np
from ctranslate2.specs import WhisperSpec
from faster_whisper import WhisperModel

WIDTH = 64
WORDS = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|nospeech|>", "<|notimestamps|>", "yes"]


def zeros(*shape):
    return np.zeros(shape, np.float32)


def norm(layer):
    layer.gamma, layer.beta = zeros(WIDTH) + 1, zeros(WIDTH)


def linear(layer, rows, columns=WIDTH):
    layer.weight, layer.bias = zeros(rows, columns), zeros(rows)


def attention(layer, *rows):
    norm(layer.layer_norm)
    for part, number in zip(layer.linear, rows, strict=True):
        linear(part, number)


spec = WhisperSpec(1, 1, 1, 1)
encoder, decoder = spec.encoder, spec.decoder
encoder.conv1.weight, encoder.conv1.bias = zeros(WIDTH, 80, 3), zeros(WIDTH)
encoder.conv2.weight, encoder.conv2.bias = zeros(WIDTH, WIDTH, 3), zeros(WIDTH)
encoder.position_encodings.encodings, decoder.position_encodings.encodings = zeros(1500, WIDTH), zeros(448, WIDTH)
decoder.embeddings.weight, decoder.projection.weight = zeros(len(WORDS), WIDTH), zeros(len(WORDS), WIDTH)
for side in (encoder, decoder):
    norm(side.layer_norm)
    attention(side.layer[0].self_attention, 3 * WIDTH, WIDTH)
    norm(side.layer[0].ffn.layer_norm)
    linear(side.layer[0].ffn.linear_0, 4 * WIDTH)
    linear(side.layer[0].ffn.linear_1, WIDTH, 4 * WIDTH)
attention(decoder.layer[0].attention, WIDTH, 2 * WIDTH, WIDTH)
spec.register_vocabulary(WORDS)
spec.config.suppress_ids = spec.config.suppress_ids_begin = []
spec.config.lang_ids, spec.config.alignment_heads = [2], [[0, 0]]
spec.validate()
spec.optimize()
os.mkdir("model")
spec.save("model")

print("faster-whisper", version("faster-whisper"))
print("in the folder:", ", ".join(sorted(os.listdir("model"))))
try:
    opened = bool(WhisperModel("model", device="cpu", local_files_only=True))
except Exception as error:
    opened = False
    reason = f"{type(error).__name__}: {error}"
else:
    reason = "none"
print("asked of the hub:", *sorted({path for path in asked if path.endswith("tokenizer.json")}))
print("opened:", opened)
with open("reason", "w") as file:
    file.write(reason[:160] + "\n")
END
mkdir "$folder/home"
(cd "$folder" && HOME="$folder/home" HF_HOME="$folder/home" PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen"
cat "$folder/seen" "$folder/reason"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: what the folder lacks is asked of the hub, whatever local_files_only says."
