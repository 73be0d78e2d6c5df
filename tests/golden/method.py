"""Every golden number of the method, computed from one set of inputs."""

import re

import torch
import torch.nn.functional as F

from clip import (
    image_features,
    logits,
    relevance,
    strip_prefix,
    text_features,
    zeroshot_head,
)

THRESHOLDS = (0.3, 0.4, 0.5, 0.6)
FILLED = "object_0.4"  # the mask of the counterfactuals that training sees
BETA = 30.0
TEMPERATURE = 10.0
SETTINGS = {
    "steps": "20",
    "lr": "0.0001",
    "weight_decay": "0.1",
    "pct_start": "0.1",
    "clip": "1.0",
    "beta": "30",
    "kd_weight": "1",
}
GRADIENTS = (
    "backbone.class_embedding",
    "backbone.proj",
    "backbone.conv1.weight",
    "backbone.transformer.resblocks.0.attn.in_proj_weight",
    "classifier.weight",
    "classifier.bias",
)


def features_of(model, images, **options):
    return image_features(strip_prefix(model, "backbone."), images, **options)


def logits_of(model, images):
    return logits(model, features_of(model, images))


def zeroshot_model(clip, head):
    """An image classifier, named as the reference names its parameters."""
    model = strip_prefix(clip, "visual.")
    model = {"backbone." + name: tensor for name, tensor in model.items()}
    bias = torch.zeros(len(head))
    return {**model, "classifier.weight": head, "classifier.bias": bias}


def text_goldens(clip, tokenizer, texts, class_names, templates):
    def tokens(strings):
        return torch.tensor([tokenizer(string) for string in strings])

    prompts = [[t.format(name) for t in templates] for name in class_names]
    found = {
        "tokens": tokens(texts).int(),
        "text_features": text_features(clip, tokens(texts)),
        "zeroshot_head_weight": zeroshot_head(clip, map(tokens, prompts)),
        "logit_scale": clip["logit_scale"].view(1),
    }
    return found


def vision_goldens(model, given):
    """given: images_u8, labels, both donors, random_uniform and
    token_drop_kept_patches."""
    images = given["images_u8"]
    features = features_of(model, images)
    cam, gradcam = relevance(model, images, given["labels"])
    normalised = cam / (cam.amax(1, keepdim=True) + 1e-8)
    found = {
        "features": features,
        "logits": logits(model, features),
        "transformer_attribution_patch_cam": cam,
        "transformer_attribution_normalised": normalised,
        "gradcam_patch_cam": gradcam,
    }
    for threshold in THRESHOLDS:
        found[f"object_mask_{threshold}"] = normalised > threshold
    masks = {
        "object_0.4": normalised > 0.4,
        "context_0.4": normalised <= 0.4,
        "random_0.5": given["random_uniform"].flatten(1) < 0.5,
    }
    single = given["single_fill_donor"][:, None].expand(normalised.shape)
    for name, mask in masks.items():
        for kind, donor in (
            ("single", single),
            ("multi", given["multi_fill_donor"].flatten(1)),
        ):
            found[f"{kind}_fill_{name}"] = refill(images, mask, donor)
    kept = given["token_drop_kept_patches"]
    found["token_drop_features"] = features_of(model, images, kept=kept)
    found["attention_mask_object_0.4_features"] = features_of(
        model, images, hidden=masks["object_0.4"]
    )
    return found


def refill(images, mask, donor):
    """Masked patches from image `donor`, at their own place; both [N, P]."""
    grid = round(mask.shape[1] ** 0.5)
    patch = images.shape[-1] // grid
    filled = images.clone()
    for i, p in mask.nonzero().tolist():
        top, left = p // grid * patch, p % grid * patch
        place = (..., slice(top, top + patch), slice(left, left + patch))
        filled[i][place] = images[donor[i, p]][place]
    return filled


def divergence(teacher_logits, student_logits):
    """T^2 times the mean over images of KL(teacher || student)."""
    teacher = (teacher_logits / TEMPERATURE).log_softmax(1)
    student = (student_logits / TEMPERATURE).log_softmax(1)
    kl = (teacher.exp() * (teacher - student)).sum(1).mean()
    return TEMPERATURE**2 * kl


def terms(mode, student, teacher, batch):
    """(cross entropy, distillation, total) of one batch."""
    images, filled, labels = batch
    ce = F.cross_entropy(logits_of(student, images), labels)
    if mode == "ft":
        return ce, torch.zeros(()), ce
    if mode == "kd_mask":
        kd = divergence(logits_of(teacher, filled), logits_of(student, filled))
        return ce, kd, ce + float(SETTINGS["kd_weight"]) * kd
    seen = images if mode == "fd" else filled
    mse = (features_of(student, seen) - features_of(teacher, seen)).square().mean()
    return ce, mse, ce + BETA * mse


def trainable(model):
    return {n: t.clone().requires_grad_() for n, t in model.items()}


def loss_goldens(student, teacher, batch):
    student = trainable(student)
    images, filled, _ = batch
    ce, mse, total = terms("fd_mask", student, teacher, batch)
    kd = terms("kd_mask", student, teacher, batch)[1]
    gradients = torch.autograd.grad(total, list(student.values()))
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    gradients = dict(zip(student, gradients))
    found = {
        "ce": ce,
        "mse": mse,
        "kd_T10": kd,
        "total_beta30": total,
        "grad_norm": norm,
    }
    found = {name: value.detach().view(1) for name, value in found.items()}
    found["teacher_features"] = features_of(teacher, filled)
    found["student_features"] = features_of(student, filled).detach()
    found["student_logits"] = logits_of(student, images).detach()
    found.update({"grad." + name: gradients[name] for name in GRADIENTS})
    return found


def batch_rule(count):
    """Which of `count` images the steps of a trajectory take, in words."""
    half = count // 2
    return f"rows 0..{half - 1} on even steps, last {count - half} on odd steps"


def rows_of_step(rule, step):
    """The slice that `rule`, as batch_rule writes it, says for a step."""
    first, last = re.fullmatch(
        r"rows 0\.\.(\d+) on even steps, last (\d+) on odd steps", rule
    ).groups()
    return slice(-int(last), None) if step % 2 else slice(int(first) + 1)


def trajectory(mode, student, teacher, batch, rule):
    """(goldens, trained student) of AdamW under OneCycle, in two batches."""
    student = trainable(student)
    steps, lr = int(SETTINGS["steps"]), float(SETTINGS["lr"])
    optimizer = torch.optim.AdamW(
        student.values(), lr=lr, weight_decay=float(SETTINGS["weight_decay"])
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=lr, total_steps=steps, pct_start=float(SETTINGS["pct_start"])
    )
    found = {"total": [], "ce": [], "distill": [], "lr": []}
    for step in range(steps):
        rows = rows_of_step(rule, step)
        part = [tensor[rows] for tensor in batch]
        ce, distill, total = terms(mode, student, teacher, part)
        optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(student.values(), float(SETTINGS["clip"]))
        found["lr"].append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
        for name, value in (("total", total), ("ce", ce), ("distill", distill)):
            found[name].append(value.item())
    student = {name: tensor.detach() for name, tensor in student.items()}
    found = {n: torch.tensor(v, dtype=torch.float64) for n, v in found.items()}
    found["final_features"] = features_of(student, batch[0])
    return found, student


def average(models, weights):
    return {
        name: sum(weight * model[name] for model, weight in zip(models, weights))
        for name in models[0]
    }


def accuracy_goldens(given, ignored):
    """Top-1 in percent; a row with no label among the allowed does not count."""
    scores, labels = given["logits"], given["labels"]
    allowed = torch.ones(scores.shape[1], dtype=torch.bool)
    allowed[ignored] = False
    best = scores.masked_fill(~allowed, -torch.inf).argmax(1)
    hot = given["multi_labels"].bool() & allowed
    counted, labelled = allowed[labels], hot.any(1)
    hits = hot[torch.arange(len(hot)), best]

    def percent(correct):
        return 100 * correct.sum().item() / len(correct)

    return {
        "ignored_classes": ignored,
        "top1": percent(scores.argmax(1) == labels),
        "subset_top1": percent((best == labels)[counted]),
        "n_subset_counted": counted.sum().item(),
        "multilabel_subset_top1": percent(hits[labelled]),
        "n_multilabel_counted": labelled.sum().item(),
    }


def all_goldens(inputs, tokenizer, templates):
    """{file: {name: value}} of everything that follows from `inputs`."""
    clip, vision = inputs["clip"], inputs["vision"]
    text = text_goldens(
        clip, tokenizer, inputs["texts"], inputs["class_names"], templates
    )
    teacher = zeroshot_model(clip, text["zeroshot_head_weight"])
    seen = vision_goldens(teacher, vision)
    images, student = vision["images_u8"], inputs["student"]
    batch = (images, seen["single_fill_" + FILLED], vision["labels"])
    runs = {
        mode: trajectory(mode, student, teacher, batch, inputs["batch_rule"])
        for mode in ("ft", "fd", "fd_mask", "kd_mask")
    }
    steps = {
        f"{mode}.{name}": value
        for mode, (found, _) in runs.items()
        for name, value in found.items()
    }
    tuned = runs["ft"][1]
    space = {}
    for alpha in (0.0, 0.25, 0.5, 0.75, 1.0):
        mixed = average([teacher, tuned], [1 - alpha, alpha])
        space[f"wise_ft_alpha_{alpha}_logits"] = logits_of(mixed, images)
    soup = average([runs[mode][1] for mode in ("ft", "fd", "fd_mask")], [1 / 3] * 3)
    space["uniform_soup_ft_fd_fdmask_logits"] = logits_of(soup, images)
    return {
        "text.safetensors": text,
        "vision.safetensors": seen,
        "loss.safetensors": loss_goldens(student, teacher, batch),
        "trajectory.safetensors": steps,
        "finetuned-ft.safetensors": tuned,
        "weight-space.safetensors": space,
        "accuracy.json": accuracy_goldens(inputs["accuracy"], inputs["ignored"]),
        "zeroshot-prompts.json": {
            "class_names": inputs["class_names"],
            "n_templates": len(templates),
            "first_prompts": [t.format(inputs["class_names"][0]) for t in templates],
        },
    }
