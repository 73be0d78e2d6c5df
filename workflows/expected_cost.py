"""What a study costs by numbers that its configuration gives.

    expected:
      images: {train: 1270927, ...}         of each set
      measured: TEXT                        on what, and where that stands
      device_images_per_second: {cam_tool, eval, and each --mode of a run}
      core_images_per_second: {ingest, mask_tool}
      bytes_per_image: {ingest, cam_tool, mask_tool, eval}
      bytes: {train, merge_models, import_model}

For who has the images and no earlier study of that size (study_plan.py).
"""

import dataclasses

import yaml


@dataclasses.dataclass
class Cost:
    images: int = 0  # that a model looks at, or a core decodes or refills
    device_seconds: float = 0
    core_seconds: float = 0
    bytes: float = 0


def merged(paths):
    """Configuration files, the later ones over the earlier, as Snakemake does."""

    def update(config, more):
        for name, value in more.items():
            if isinstance(value, dict) and isinstance(config.get(name), dict):
                update(config[name], value)
            else:
                config[name] = value

    config = {}
    for path in paths:
        update(config, yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    return config


class ExpectedCost:
    def __init__(self, config):
        self.config, self.expected = config, config["expected"]

    def of(self, rule, name):
        """Of a stage: the rule, and the set, run or model it is for."""
        images = self._images(rule, name)
        # One pass forward either way.
        forward = rule.startswith("evaluate") or rule == "teacher_features"
        kind = "eval" if forward else rule
        of_device = self.expected["device_images_per_second"]
        of_core = self.expected["core_images_per_second"]
        rate = of_device.get(self._mode(name) if rule == "train" else kind)
        per_image = self.expected["bytes_per_image"].get(kind, 0)
        return Cost(
            images=images,
            device_seconds=images / rate if rate else 0,
            core_seconds=images / of_core[rule] if rule in of_core else 0,
            bytes=images * per_image + self.expected["bytes"].get(rule, 0),
        )

    def _mode(self, run):
        return self.config["runs"][run]["mode"]

    def _images(self, rule, name):
        images = self.expected["images"]
        train = images[self.config["train_set"]]
        tested = sum(images[name] for name in self.config["eval_sets"])
        if rule == "ingest":
            return images[name]
        if rule in ("cam_tool", "teacher_features"):
            return train
        if rule == "mask_tool":
            return train * self.config["counterfactuals"][name].get("variants", 1)
        if rule == "train":
            return train * self.config["train"]["epochs"]
        if rule == "evaluate_curve":
            return 11 * tested
        return tested if rule.startswith("evaluate") else 0
