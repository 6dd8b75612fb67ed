"""In: a checkpoint and its tokenizer. Out: a folder that faster-whisper loads, in int8.

Each rule here is one that CTranslate2 or faster-whisper breaks on: an alignment head that does not
exist ends the process, a vocabulary of another length is refused, positions below 448 fail.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from tools.speech_model.network import ALIGNMENT, Network, Shape
from tools.speech_model.tokens import LANGUAGES, Tokens

Weights = dict[str, npt.NDArray[np.float32]]


def network_of(checkpoint: Path) -> Network:
    """The trained network."""
    found: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network = Network(Shape(**found["shape"]))
    network.load_state_dict(found["network"])
    return network.eval()


def export(checkpoint: Path, tokenizer: Path, folder: Path, quantization: str = "int8") -> Path:
    """Write model.bin, config.json, vocabulary.json, tokenizer.json and preprocessor_config.json.

    Args:
        checkpoint: as train.py writes it.
        tokenizer: the tokenizer.json that it was trained with.
        folder: where to; made if need be.
        quantization: of CTranslate2.
    """
    from ctranslate2.specs import WhisperSpec

    network = network_of(checkpoint)
    shape = network.shape
    weights: Weights = {
        name: np.ascontiguousarray(value.numpy(), dtype=np.float32)
        for name, value in network.state_dict().items()
    }
    tokens = Tokens.load(tokenizer)
    if tokens.count != shape.tokens:
        raise ValueError(f"the tokenizer has {tokens.count} tokens, the network {shape.tokens}")
    spec = WhisperSpec(shape.encoder, shape.heads, shape.decoder, shape.heads)
    _encoder(spec.encoder, weights)
    _decoder(spec.decoder, weights)
    # Only the space may not begin a text. Whisper also forbids an end there; here an end at once is
    # how the model says that nobody speaks.
    space = tokens.tokenizer.token_to_id("Ġ")
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [space]
    spec.config.lang_ids = [tokens.number(f"<|{language}|>") for language in LANGUAGES]
    spec.config.alignment_heads = [list(head) for head in ALIGNMENT]
    spec.register_vocabulary(tokens.all())
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    tokens.tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(
        json.dumps(
            {
                "feature_size": shape.mels,
                "sampling_rate": 16000,
                "hop_length": 160,
                "chunk_length": 30,
                "n_fft": 400,
            }
        )
        + "\n",
        encoding="utf-8",
    )
    return folder


def _linear(spec: Any, weights: Weights, name: str) -> None:
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _norm(spec: Any, weights: Weights, name: str) -> None:
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _stacked(spec: Any, weights: Weights, name: str, parts: tuple[str, ...]) -> None:
    """Query, key and value in one matrix; the key of Whisper has no bias."""
    width = weights[f"{name}.query.weight"].shape[0]
    spec.weight = np.concatenate([weights[f"{name}.{part}.weight"] for part in parts])
    spec.bias = np.concatenate(
        [weights.get(f"{name}.{part}.bias", np.zeros(width, np.float32)) for part in parts]
    )


def _layer(spec: Any, weights: Weights, name: str, crossing: bool) -> None:
    _stacked(spec.self_attention.linear[0], weights, f"{name}.attn", ("query", "key", "value"))
    _linear(spec.self_attention.linear[1], weights, f"{name}.attn.out")
    _norm(spec.self_attention.layer_norm, weights, f"{name}.attn_ln")
    if crossing:
        _stacked(spec.attention.linear[0], weights, f"{name}.cross_attn", ("query",))
        _stacked(spec.attention.linear[1], weights, f"{name}.cross_attn", ("key", "value"))
        _linear(spec.attention.linear[2], weights, f"{name}.cross_attn.out")
        _norm(spec.attention.layer_norm, weights, f"{name}.cross_attn_ln")
    _linear(spec.ffn.linear_0, weights, f"{name}.mlp.0")
    _linear(spec.ffn.linear_1, weights, f"{name}.mlp.2")
    _norm(spec.ffn.layer_norm, weights, f"{name}.mlp_ln")


def _encoder(spec: Any, weights: Weights) -> None:
    for convolution, name in ((spec.conv1, "encoder.conv1"), (spec.conv2, "encoder.conv2")):
        _linear(convolution, weights, name)
    spec.position_encodings.encodings = weights["encoder.positional_embedding"]
    _norm(spec.layer_norm, weights, "encoder.ln_post")
    for number, layer in enumerate(spec.layer):
        _layer(layer, weights, f"encoder.blocks.{number}", crossing=False)


def _decoder(spec: Any, weights: Weights) -> None:
    embedding = weights["decoder.token_embedding.weight"]
    spec.embeddings.weight = embedding
    spec.projection.weight = embedding
    spec.scale_embeddings = False
    spec.position_encodings.encodings = weights["decoder.positional_embedding"]
    _norm(spec.layer_norm, weights, "decoder.ln")
    for number, layer in enumerate(spec.layer):
        _layer(layer, weights, f"decoder.blocks.{number}", crossing=True)
