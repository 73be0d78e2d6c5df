#!/usr/bin/env python3
"""Writes a Kubernetes Job for every program, from its --help=json.

    .venv/bin/python tools/make_kubernetes.py [--check]
    .venv/bin/python tools/make_kubernetes.py --output=jobs --tasks=16 --gpus=1 \\
        --image=registry.example.org/maskfill:0.1.0 --claim=records

What is started is the first example of --help, in the directory /data, where
the volume of --claim is mounted: edit the paths in `args`. Programs whose
shards are shared among tasks are Indexed Jobs of --tasks pods.

The exit codes decide what becomes of a pod: those that a retry may mend count
towards backoffLimit, as SIGKILL (out of memory) and SIGTERM do; one that was
disrupted counts nothing; everything else fails the Job at once.
"""

import shlex
import sys

import job_files

SIGNALS = [128 + 9, 128 + 15]


def job(program: dict, options) -> list[dict]:
    name = program["program"].replace("_", "-")
    flags = shlex.split(program["examples"][0])[1:]
    groups = job_files.groups(program)
    spec: dict = {}
    if "task" in groups:
        flags.append(f"--task_count={options.tasks}")
        spec = {
            "completionMode": "Indexed",
            "completions": options.tasks,
            "parallelism": options.tasks,
        }
    resources: dict = {"requests": {"cpu": options.cpus, "memory": options.memory}}
    if options.gpus and "device" in groups:
        resources["limits"] = {"nvidia.com/gpu": options.gpus}
    container = {
        "name": name,
        "image": options.image or f"maskfill:{program['version']}",
        "command": [program["program"]],
        "args": flags,
        "workingDir": "/data",
        "resources": resources,
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    retried = sorted(job_files.retried(program) + SIGNALS)
    return [
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name, "labels": {"app.kubernetes.io/name": "maskfill"}},
            "spec": spec
            | {
                "backoffLimit": 6 * spec.get("completions", 1),
                "podFailurePolicy": {
                    "rules": [
                        {
                            "action": "Ignore",
                            "onPodConditions": [
                                {"type": "DisruptionTarget", "status": "True"}
                            ],
                        },
                        {
                            "action": "FailJob",
                            "onExitCodes": {
                                "containerName": name,
                                "operator": "NotIn",
                                "values": retried,
                            },
                        },
                    ]
                },
                "template": {
                    "spec": {
                        "restartPolicy": "Never",
                        # A new volume is root's: the image's user may write it.
                        "securityContext": {
                            "fsGroup": 1000,
                            "fsGroupChangePolicy": "OnRootMismatch",
                        },
                        # Until SIGKILL: a stage saves what it has.
                        "terminationGracePeriodSeconds": 120,
                        "containers": [container],
                        "volumes": [
                            {
                                "name": "data",
                                "persistentVolumeClaim": {"claimName": options.claim},
                            }
                        ],
                    }
                },
            },
        }
    ]


if __name__ == "__main__":
    parser = job_files.arguments(__doc__, job_files.ROOT / "workflows/kubernetes")
    parser.add_argument("--image", help="default: maskfill and its version")
    parser.add_argument("--claim", default="maskfill", help="of the volume")
    parser.add_argument("--tasks", type=int, default=4, help="of Indexed Jobs")
    parser.add_argument("--cpus", default="4", help="requested for each pod")
    parser.add_argument("--memory", default="8Gi", help="requested for each pod")
    parser.add_argument("--gpus", type=int, default=0, help="where a model runs")
    parsed = parser.parse_args()
    sys.exit(job_files.make(parsed, "yaml", lambda program: job(program, parsed)))
