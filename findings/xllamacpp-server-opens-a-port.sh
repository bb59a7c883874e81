#!/usr/bin/env bash
# xllamacpp 2026.10.11549: a model opened in the process, and used by calls alone, is served on a port besides.
#
# Expected: that `Server(params)` with `handle_chat_completions(…)`, the way its documentation shows to use a model inside
# a program, opens no port: nothing was said of a host or a port, and there is no call to begin or to stop serving.
# Seen: the constructor listens on 127.0.0.1 on a port that the system chooses, and answers there, without a key, whoever
# finds it: other users of the machine, and programs of theirs. It does so for as long as the object lives. `api_keys`
# in the parameters closes it, but for /health.
#
# A model of our own of a few kilobytes without anything learned stands for a real one. Needs python3 (3.10 or newer)
# with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  xllamacpp==2026.10.11549 gguf==0.19.0

cat > "$folder/expected" <<'END'
xllamacpp 2026.10.11549
called in the process: text came back
a stranger's request to its port: 200
a stranger's request where a key is set: 401
END
cat > "$folder/show.py" <<'END'
import json
import os
import urllib.error
import urllib.request
from importlib.metadata import version

import gguf
import numpy as np
import xllamacpp

WIDTH = 32
tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581", "a", "b"]
writer = gguf.GGUFWriter("model.gguf", "llama")
writer.add_context_length(512)
writer.add_embedding_length(WIDTH)
writer.add_block_count(1)
writer.add_feed_forward_length(2 * WIDTH)
writer.add_head_count(2)
writer.add_head_count_kv(1)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_vocab_size(len(tokens))
writer.add_tokenizer_model("llama")
writer.add_token_list(tokens)
writer.add_token_scores([-float(number) for number in range(len(tokens))])
writer.add_token_types([2, 3, 3, *[6] * 256, 1, 1, 1])
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_unk_token_id(0)
writer.add_chat_template("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:")
chance = np.random.default_rng(7)
shapes = {
    "token_embd": (len(tokens), WIDTH),
    "output": (len(tokens), WIDTH),
    "blk.0.attn_q": (WIDTH, WIDTH),
    "blk.0.attn_k": (WIDTH // 2, WIDTH),
    "blk.0.attn_v": (WIDTH // 2, WIDTH),
    "blk.0.attn_output": (WIDTH, WIDTH),
    "blk.0.ffn_gate": (2 * WIDTH, WIDTH),
    "blk.0.ffn_up": (2 * WIDTH, WIDTH),
    "blk.0.ffn_down": (WIDTH, 2 * WIDTH),
}
for name, shape in shapes.items():
    writer.add_tensor(f"{name}.weight", chance.standard_normal(shape).astype(np.float32) / 6)
for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
    writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()


def opened(keys):
    params = xllamacpp.CommonParams()
    params.model.path = "model.gguf"
    params.n_ctx = 256
    params.n_parallel = 1
    params.verbosity = 0
    if keys:
        params.api_keys = keys
    return xllamacpp.Server(params)


asked = {"messages": [{"role": "user", "content": "a"}], "max_tokens": 3}


def stranger(server):
    request = urllib.request.Request(
        f"{server.listening_address}/v1/chat/completions",
        json.dumps(asked).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as refused:
        return refused.code


print("xllamacpp", version("xllamacpp"))
server = opened(None)
reply = server.handle_chat_completions(asked)
reply = json.loads(reply) if isinstance(reply, str) else reply
print("called in the process:", "text came back" if reply.get("choices") else reply)
print("a stranger's request to its port:", stranger(server))
guarded = opened(["known to one"])
print("a stranger's request where a key is set:", stranger(guarded), flush=True)
# Without their destructors: one that runs soon after its constructor may wait for ever.
os._exit(0)
END
(cd "$folder" && no_proxy=127.0.0.1 PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen" 2> "$folder/errors" || {
  cat "$folder/errors"
  exit 1
}
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: a model that is only called answers whoever finds its port, unless a key is set."
