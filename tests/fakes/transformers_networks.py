"""Tiny random networks of transformers' true classes, saved on the spot as the hub's folders hold them."""

from __future__ import annotations

import json
from pathlib import Path

FACE_LABELS = (
    "background", "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear", "r_ear", "mouth", "u_lip",
    "l_lip", "hair", "hat", "ear_r", "neck_l", "neck", "cloth",
)  # fmt: skip
"""The labels of CelebAMask-HQ in the order of jonathandinu/face-parsing."""

IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
CLIP = {
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
_WORDS = "a photo of woman man girl with long brown hair red in the on smiling there is and"
CAPTION_WORDS = tuple(_WORDS.split(" "))


def write_face_parser(folder: Path, labels: tuple[str, ...] = FACE_LABELS, size: int = 64) -> Path:
    """A random SegFormer that names parts of a face."""
    import torch
    from transformers import SegformerConfig, SegformerForSemanticSegmentation

    torch.manual_seed(0)
    config = SegformerConfig(
        num_encoder_blocks=2, depths=[1, 1], sr_ratios=[2, 1], hidden_sizes=[8, 16], patch_sizes=[7, 3], strides=[4, 2],
        num_attention_heads=[1, 2], mlp_ratios=[2, 2], decoder_hidden_size=16,
        id2label=dict(enumerate(labels)), label2id={label: n for n, label in enumerate(labels)},
    )  # fmt: skip
    SegformerForSemanticSegmentation(config).save_pretrained(str(folder))
    values = {
        "do_normalize": True, "do_reduce_labels": False, "do_rescale": True, "do_resize": True, "resample": 2,
        "image_processor_type": "SegformerFeatureExtractor", "rescale_factor": 1 / 255,
        "size": {"height": size, "width": size},
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(values | IMAGENET))
    return folder


def write_captioner(folder: Path, size: int = 32) -> Path:
    """A random BLIP that strings a few words together."""
    import torch
    from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CAPTION_WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    tokenizer = BertTokenizer.from_pretrained(str(folder))
    tokenizer.add_special_tokens({"bos_token": "[DEC]"})
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "intermediate_size": 32, "projection_dim": 16, "num_hidden_layers": 1,
             "num_attention_heads": 2}  # fmt: skip
    text = shape | {
        "vocab_size": len(tokenizer), "encoder_hidden_size": 16, "max_position_embeddings": 64, "pad_token_id": 0,
        "bos_token_id": tokenizer.bos_token_id, "sep_token_id": 3, "eos_token_id": 3,
    }  # fmt: skip
    vision = shape | {"image_size": size, "patch_size": 16}
    model = BlipForConditionalGeneration(BlipConfig(text_config=text, vision_config=vision))
    for name, weight in model.named_parameters():
        # As transformers draws them they are nearly zero, and the picture would not matter.
        if weight.ndim > 1 and ("vision" in name or "crossattention" in name):
            torch.nn.init.normal_(weight)
    model.save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    values = {
        "do_normalize": True, "do_rescale": True, "do_resize": True, "resample": 3, "rescale_factor": 1 / 255,
        "image_processor_type": "BlipImageProcessor", "processor_class": "BlipProcessor",
        "size": {"height": size, "width": size},
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(values | CLIP))
    return folder
