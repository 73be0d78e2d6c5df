#!/usr/bin/env python3
"""The image tower in plain PyTorch, as published CLIP code is written.

The counterpart of model_benchmark: reads modes from stdin, one per line, and
answers each with a line, "forward images_per_second 35.1". nn.MultiheadAttention
without weights, tokens first ([L, N, D]), QuickGELU as x * sigmoid(1.702 x).
The attribution keeps every attention map, takes its gradient and multiplies
full L x L relevance matrices: `attribution` asks autograd for all gradients at
once, `attribution_per_layer` layer by layer, as most published code does.
`training_step` is the method's step on counterfactuals that are there: teacher,
student on both halves, clipping, AdamW; `online_step` makes them first, from the
student's own attribution, as the method's authors do. --compile compiles the
towers (torch.compile).
"""

import argparse
import copy
import sys
import time
from collections import OrderedDict

import torch
from torch import nn

WIDTH, HEADS, LAYERS, EMBED, CLASSES, IMAGE = 768, 12, 12, 512, 1000, 224


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(WIDTH, HEADS)
        self.ln_1 = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(
            OrderedDict(
                c_fc=nn.Linear(WIDTH, 4 * WIDTH),
                gelu=QuickGELU(),
                c_proj=nn.Linear(4 * WIDTH, WIDTH),
            )
        )
        self.ln_2 = nn.LayerNorm(WIDTH)

    def attend(self, x, maps):
        if maps is None:
            return self.attn(x, x, x, need_weights=False)[0]
        length, batch, width = x.shape
        head = width // HEADS
        qkv = nn.functional.linear(x, self.attn.in_proj_weight, self.attn.in_proj_bias)
        query, key, value = qkv.chunk(3, dim=-1)
        query = (query * head**-0.5).contiguous().view(length, batch * HEADS, head)
        key = key.contiguous().view(length, batch * HEADS, head)
        value = value.contiguous().view(length, batch * HEADS, head)
        scores = torch.bmm(query.transpose(0, 1), key.permute(1, 2, 0))
        attention = torch.softmax(scores, dim=-1)
        maps.append(attention)
        out = torch.bmm(attention, value.transpose(0, 1))
        out = out.transpose(0, 1).contiguous().view(length, batch, width)
        return self.attn.out_proj(out)

    def forward(self, x, maps=None):
        x = x + self.attend(self.ln_1(x), maps)
        return x + self.mlp(self.ln_2(x))


class ImageTower(nn.Module):
    def __init__(self, patch_size):
        super().__init__()
        tokens = (IMAGE // patch_size) ** 2 + 1
        scale = WIDTH**-0.5
        self.conv1 = nn.Conv2d(3, WIDTH, patch_size, stride=patch_size, bias=False)
        self.class_embedding = nn.Parameter(scale * torch.randn(WIDTH))
        self.positional_embedding = nn.Parameter(scale * torch.randn(tokens, WIDTH))
        self.ln_pre = nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.ln_post = nn.LayerNorm(WIDTH)
        self.proj = nn.Parameter(scale * torch.randn(WIDTH, EMBED))

    def forward(self, x, maps=None):
        x = self.conv1(x).flatten(2).permute(0, 2, 1)
        token = self.class_embedding + x.new_zeros(x.shape[0], 1, WIDTH)
        x = torch.cat([token, x], dim=1) + self.positional_embedding
        x = self.ln_pre(x).permute(1, 0, 2)
        for block in self.blocks:
            x = block(x, maps)
        x = x.permute(1, 0, 2)
        return self.ln_post(x[:, 0, :]) @ self.proj


def relevance(tower, head, pixels, targets, per_layer):
    maps = []
    features = tower(pixels, maps)
    logits = head(features / features.norm(dim=-1, keepdim=True))
    one_hot = torch.zeros_like(logits).scatter_(1, targets[:, None], 1)
    explained = (logits * one_hot).sum()
    if per_layer:
        gradients = [
            torch.autograd.grad(explained, [m], retain_graph=True)[0] for m in maps
        ]
    else:
        gradients = torch.autograd.grad(explained, maps)
    batch, length = pixels.shape[0], maps[0].shape[-1]
    eye = torch.eye(length, device=pixels.device)
    rollout = eye.expand(batch, length, length)
    for attention, gradient in zip(maps, gradients):
        step = (gradient.detach() * attention.detach()).float()
        step = step.reshape(batch, -1, length, length).clamp(min=0).mean(dim=1)
        rollout = rollout + torch.bmm(step, rollout)
    cam = rollout[:, 0, 1:]
    return cam / (cam.amax(dim=1, keepdim=True) + 1e-8)


class TrainingStep:
    """A step of the method on bytes that lie in the host's memory."""

    MEAN = (0.48145466, 0.4578275, 0.40821073)
    STD = (0.26862954, 0.26130258, 0.27577711)
    BETA, THRESHOLD = 30, 0.3

    def __init__(self, tower, encode, head, targets, args, autocast):
        self.tower, self.encode, self.head = tower, encode, head
        self.targets, self.patch, self.autocast = targets, args.patch_size, autocast
        self.device = targets.device
        self.teacher = None
        shape = (args.batch_size, 3, IMAGE, IMAGE)
        self.pixels = [torch.randint(0, 256, shape, dtype=torch.uint8) for _ in range(2)]
        if self.device.type == "cuda":
            self.pixels = [pixels.pin_memory() for pixels in self.pixels]
        self.mean = torch.tensor(self.MEAN, device=self.device).view(3, 1, 1)
        self.std = torch.tensor(self.STD, device=self.device).view(3, 1, 1)

    def set_up(self, compiled):
        self.teacher = copy.deepcopy(self.tower).requires_grad_(False)
        if compiled:
            self.teacher = torch.compile(self.teacher)
        self.parameters = [*self.tower.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=1e-5, weight_decay=0.1)

    def to_input(self, pixels):
        pixels = pixels.to(self.device, non_blocking=True)
        return (pixels.float() / 255 - self.mean) / self.std

    def refill(self, images):
        with self.autocast():
            cam = relevance(self.tower, self.head, images, self.targets, True)
        side = IMAGE // self.patch
        mask = (cam > self.THRESHOLD).view(-1, 1, side, side)
        mask = mask.repeat_interleave(self.patch, 2).repeat_interleave(self.patch, 3)
        donors = images[torch.randperm(len(images), device=self.device)]
        return torch.where(mask, donors, images)

    def logits(self, features):
        return self.head(features / features.norm(dim=-1, keepdim=True))

    def __call__(self, online=False):
        if self.teacher is None:
            self.set_up(self.encode is not self.tower)
        images = self.to_input(self.pixels[0])
        refilled = self.refill(images) if online else self.to_input(self.pixels[1])
        self.optimizer.zero_grad(set_to_none=True)
        with self.autocast():
            with torch.no_grad():
                target = self.teacher(refilled).float()
            logits = self.logits(self.encode(images).float())
            features = self.encode(refilled).float()
        loss = nn.functional.cross_entropy(logits.float(), self.targets)
        loss = loss + self.BETA * nn.functional.mse_loss(features, target)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", default="")
    parser.add_argument("--patch_size", type=int, default=32)
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--iterations", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clock", default="wall", choices=["wall", "cpu"])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "tf32", "bf16"])
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    device = torch.device(args.device)
    reduced = args.precision == "bf16"
    dtype = torch.bfloat16 if reduced else torch.float32
    torch.backends.cuda.matmul.allow_tf32 = args.precision == "tf32"
    torch.backends.cudnn.allow_tf32 = args.precision == "tf32"

    tower = ImageTower(args.patch_size).to(device)
    head = nn.Linear(EMBED, CLASSES).to(device)
    # Without attention maps: what may be compiled.
    encode = torch.compile(tower) if args.compile else tower
    pixels = torch.randn(args.batch_size, 3, IMAGE, IMAGE, device=device)
    targets = torch.randint(0, CLASSES, (args.batch_size,), device=device)
    gemm_a = torch.randn(1600, 768, device=device).to(dtype)
    gemm_b = torch.randn(3072, 768, device=device).to(dtype).t()

    def autocast():
        return torch.autocast(device.type, torch.bfloat16, enabled=reduced)

    def forward():
        with torch.no_grad(), autocast():
            encode(pixels)

    def forward_backward():
        tower.zero_grad(set_to_none=True)
        with autocast():
            loss = encode(pixels).float().square().mean()
        loss.backward()

    def attribution(per_layer=False):
        with autocast():
            relevance(tower, head, pixels, targets, per_layer)

    step = TrainingStep(tower, encode, head, targets, args, autocast)
    modes = {
        "training_step": step,
        "online_step": lambda: step(online=True),
        "features_step": lambda: step(online=True),  # it has no cache
        "forward": forward,
        "forward_backward": forward_backward,
        "attribution": attribution,
        "attribution_per_layer": lambda: attribution(True),
        "gemm": lambda: torch.mm(gemm_a, gemm_b),
    }
    warm = set()
    clock = time.process_time if args.clock == "cpu" else time.perf_counter

    def seconds(function, times):
        if device.type == "cuda":
            torch.cuda.synchronize()
        start = clock()
        for _ in range(times):
            function()
        if device.type == "cuda":
            torch.cuda.synchronize()
        return (clock() - start) / times

    def measure(mode):
        if mode not in modes:
            sys.exit(f'error: mode "{mode}" is unknown; expected {", ".join(modes)}')
        if mode not in warm:
            warm.add(mode)
            seconds(modes[mode], 1)
        if mode == "gemm":
            rate = 2e-9 * 1600 * 768 * 3072 / seconds(modes[mode], 20)
            print(f"gemm gflops_per_second {rate:g}", flush=True)
        else:
            rate = args.batch_size / seconds(modes[mode], args.iterations)
            print(f"{mode} images_per_second {rate:g}", flush=True)

    if args.mode:
        measure(args.mode)
    else:
        for line in sys.stdin:
            measure(line.strip())


if __name__ == "__main__":
    main()
