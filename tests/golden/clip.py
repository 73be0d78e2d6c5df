"""CLIP's two towers, its zero-shot head and two relevance maps, as functions
of named float32 tensors. Nothing here is shared with the C++ code."""

import torch
import torch.nn.functional as F

_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)
head_width = 64  # as in OpenAI's models; weights do not tell it


def strip_prefix(tensors, prefix):
    return {
        name[len(prefix) :]: tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def _norm(x, weights, name):
    weight, bias = weights[name + ".weight"], weights[name + ".bias"]
    return F.layer_norm(x, weight.shape, weight, bias, 1e-5)


def _linear(x, weights, name):
    return F.linear(x, weights[name + ".weight"], weights[name + ".bias"])


def _transformer(x, weights, bias, trace):
    """x [N, L, D] through all blocks; `bias` is added to every attention score.

    `trace` collects each block's attention and the output of its ln_1.
    """
    images, length, width = x.shape
    heads = width // head_width
    layer = 0
    while f"transformer.resblocks.{layer}.ln_1.weight" in weights:
        block = strip_prefix(weights, f"transformer.resblocks.{layer}.")
        y = _norm(x, block, "ln_1")
        trace.setdefault("ln_1", []).append(y)
        qkv = F.linear(y, block["attn.in_proj_weight"], block["attn.in_proj_bias"])
        query, key, value = qkv.view(images, length, 3, heads, -1).permute(
            2, 0, 3, 1, 4
        )
        scores = query @ key.mT / head_width**0.5
        attention = (scores + bias).softmax(-1)
        trace.setdefault("attention", []).append(attention)
        mixed = (attention @ value).transpose(1, 2).reshape(images, length, width)
        x = x + _linear(mixed, block, "attn.out_proj")
        hidden = _linear(_norm(x, block, "ln_2"), block, "mlp.c_fc")
        hidden = hidden * torch.sigmoid(1.702 * hidden)
        x = x + _linear(hidden, block, "mlp.c_proj")
        layer += 1
    return x


def image_features(tower, images, kept=None, hidden=None, trace=None):
    """[N, E] projected class tokens of uint8 `images` [N, 3, S, S].

    tower: the image tower's tensors without "visual.".
    kept [N, K]: only these patches become tokens.
    hidden [N, P]: these patches are no keys, in any block.
    """
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (_MEAN, _STD))
    pixels = (images.float() / 255 - mean) / std
    kernel = tower["conv1.weight"]
    patches = F.conv2d(pixels, kernel, stride=kernel.shape[-1])
    tokens = patches.flatten(2).transpose(1, 2)
    position = tower["positional_embedding"]
    tokens = tokens + position[1:]
    if kept is not None:
        tokens = torch.stack([row[index] for row, index in zip(tokens, kept)])
    first = (tower["class_embedding"] + position[0]).expand(len(images), 1, -1)
    x = _norm(torch.cat([first, tokens], 1), tower, "ln_pre")
    bias = torch.zeros(())
    if hidden is not None:
        keys = F.pad(hidden, (1, 0), value=False)
        bias = torch.zeros(keys.shape).masked_fill(keys, -torch.inf)
        bias = bias[:, None, None, :]
    x = _transformer(x, tower, bias, {} if trace is None else trace)
    return _norm(x[:, 0], tower, "ln_post") @ tower["proj"]


def text_features(clip, tokens):
    """[N, E] projected end-of-text tokens (the largest id), not normalised."""
    tower = {n: t for n, t in clip.items() if not n.startswith("visual.")}
    length = tokens.shape[1]
    x = tower["token_embedding.weight"][tokens] + tower["positional_embedding"]
    later = torch.full((length, length), -torch.inf).triu(1)
    x = _norm(_transformer(x, tower, later, {}), tower, "ln_final")
    return x[torch.arange(len(x)), tokens.argmax(1)] @ tower["text_projection"]


def zeroshot_head(clip, prompts_per_class):
    """[K, E] from [K] tensors of tokens: scaled means of unit embeddings."""
    rows = []
    for tokens in prompts_per_class:
        mean = F.normalize(text_features(clip, tokens), dim=1).mean(0)
        rows.append(F.normalize(mean, dim=0))
    return torch.stack(rows) * clip["logit_scale"].exp()


def logits(model, features):
    unit = F.normalize(features, dim=1)
    return F.linear(unit, model["classifier.weight"], model["classifier.bias"])


def relevance(model, images, labels):
    """Transformer attribution and Grad-CAM for the true labels, each [N, P]."""
    model = {n: t.detach().requires_grad_() for n, t in model.items()}
    trace = {}
    features = image_features(strip_prefix(model, "backbone."), images, trace=trace)
    target = logits(model, features)[torch.arange(len(labels)), labels].sum()
    maps, last = trace["attention"], trace["ln_1"][-1]
    *gradients, channel = torch.autograd.grad(target, [*maps, last])
    rollout = torch.eye(maps[0].shape[-1])
    for attention, gradient in zip(maps, gradients):
        rollout = rollout + (gradient * attention).relu().mean(1) @ rollout
    weights = channel.sum(1, keepdim=True)  # over all tokens
    gradcam = (weights * last[:, 1:]).sum(2).relu()
    return rollout[:, 0, 1:].detach(), gradcam.detach()
