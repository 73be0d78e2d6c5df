"""What the logs of a study say of its stages."""

import re
import statistics
from collections import defaultdict

_DONE = re.compile(r"^stage\.sh: exit 0 after ([\d.]+) s$", re.MULTILINE)
# Of these one job is like another; trainings are told apart by their run.
_ALIKE = re.compile(
    r"^(ingest|cam_tool|eval|mask_tool|feature_tool|feature_compare|merge_models)-.*"
)


def stage_seconds(run):
    """Stage -> seconds of each of its jobs, by the runs that did the work."""
    seconds = defaultdict(list)
    for path in sorted((run / "logs").glob("*.log")):
        stage = re.sub(r"-seed\d+$", "", path.stem)
        stage = _ALIKE.sub(r"\1", stage)
        if found := _DONE.findall(path.read_text(encoding="utf-8", errors="replace")):
            seconds[stage].append(float(found[-1]))
    return seconds


def median_seconds(runs):
    """Stage -> median over the jobs of all these studies."""
    together = defaultdict(list)
    for run in runs:
        for stage, seconds in stage_seconds(run).items():
            together[stage] += seconds
    return {stage: statistics.median(seconds) for stage, seconds in together.items()}
