# shellcheck shell=bash disable=SC2034
# What the jobs of this folder work on: edit it, or set any of it in the
# environment of submit.sh. sbatch has its own variables for the cluster:
# SBATCH_PARTITION, SBATCH_ACCOUNT, SBATCH_QOS, SBATCH_TIMELIMIT, ...

: "${BIN:=$MASKFILL/bazel-bin}"

# Photographs in ImageNet's layout: $IMAGES/<set>/<wnid>/*; and the sets.
: "${IMAGES:=$MASKFILL/examples/photos}"
: "${TRAIN_SET:=train}"
: "${EVAL_SETS:=train val}"
# OpenAI's .pt or any file that import_model reads; empty: a small random CLIP,
# with which accuracies mean nothing.
: "${WEIGHTS:=}"
: "${TEMPLATES:=openai}"
: "${IMAGE_SIZE:=224}" # px, that the weights expect

# Where everything goes, on a disk that all nodes see.
: "${OUTPUT:=$MASKFILL/runs/slurm}"

# Shards of a set, and tasks of an array that make them.
: "${NUM_SHARDS:=4}"
: "${TASKS:=2}"
# Processes of a training, and threads of each process of any job.
: "${RANKS:=2}"
: "${THREADS:=1}"

: "${CAM_BATCH_SIZE:=16}"
: "${MASK_FLAGS:=--mask=object --threshold=0.3 --fill=single}"
: "${TRAIN_FLAGS:=--epochs=4 --global_batch_size=16 --learning_rate=3e-5}"
: "${EVAL_BATCH_SIZE:=32}"
