"""Models that are real and fast, and mean nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def random_model(folder: Path, *, seed: int) -> Path:
    """Write a sentence-transformers model of 256 random byte vectors into a folder; the seed tells which one."""
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    tokenizer = byte_tokenizer()
    weights = np.random.default_rng(seed).standard_normal((tokenizer.get_vocab_size(), 32)).astype(np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save(str(folder))
    return folder


def byte_tokenizer() -> Tokenizer:
    """A tokenizer whose 256 tokens are bytes."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def random_chat_model(file: Path, *, width: int = 32, template: bool = True) -> Path:
    """Write a chat model of random weights, one layer of llama's, as GGUF: it loads, obeys grammars, and babbles.

    Of 32 numbers a token the file has 120 kB; of 1,024 it has 30 MB, and 600 tokens take it some seconds.
    """
    import gguf
    import numpy as np

    # A word is put together letter by letter.
    spoken = ("the", "harbour", "fee", "closes", "minister", "said")
    words = list(dict.fromkeys(f"\u2581{word[:end]}" for word in spoken for end in range(len(word), 0, -1)))
    letters = list("abcdefghijklmnopqrstuvwxyz\u2581")
    kinds = [2, 3, 3, *[6] * 256, *[1] * (len(words) + len(letters))]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *words, *letters]
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_context_length(16_384)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(2 * width)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(number) for number in range(len(tokens))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    if template:
        writer.add_chat_template("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:")
    chance = np.random.default_rng(7)
    shapes = {
        "token_embd.weight": (len(tokens), width),
        "output.weight": (len(tokens), width),
        "blk.0.attn_q.weight": (width, width),
        "blk.0.attn_k.weight": (width // 2, width),
        "blk.0.attn_v.weight": (width // 2, width),
        "blk.0.attn_output.weight": (width, width),
        "blk.0.ffn_gate.weight": (2 * width, width),
        "blk.0.ffn_up.weight": (2 * width, width),
        "blk.0.ffn_down.weight": (width, 2 * width),
    }
    for name, shape in shapes.items():
        writer.add_tensor(name, chance.standard_normal(shape).astype(np.float32) * width**-0.5)
    for name in ("output_norm.weight", "blk.0.attn_norm.weight", "blk.0.ffn_norm.weight"):
        writer.add_tensor(name, np.ones(width, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file
