# Made by tools/make_cwl.py from train --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: train
doc: |-
  Fine-tunes --checkpoint on the images of --input and writes the checkpoints last/ and, with --validation, best/. A run that was stopped (SIGTERM, SIGINT: it saves its state and ends with 75) goes on with the same command; SIGUSR1: it saves its state and goes on. Started several times by torchrun, srun or mpirun it trains one model.

    train --mode=fd_mask --input=records/train --counterfactuals=cf/object-0.3-single --checkpoint=models/zeroshot --teacher=models/zeroshot --output=runs/ours
baseCommand: train
arguments:
  - --launcher=none
inputs:
  accumulate:
    type:
      - 'null'
      - long
    doc: 'least number of parts that a batch is computed in, 1 to 1000000; no part
      is larger than --batch_size. Gradients are clipped once, so the result does
      not depend on it, but for rounding. Default: 1'
    inputBinding:
      prefix: --accumulate=
      separate: false
  beta:
    type:
      - 'null'
      - double
    doc: 'weight of the distillation, 0 to 1e9; for features of another scale than
      CLIP ViT-B''s see the line that train prints at its start. Default: 30.0'
    inputBinding:
      prefix: --beta=
      separate: false
  cam_source:
    type:
      - 'null'
      - type: enum
        symbols:
          - cached
          - online
    doc: 'where counterfactuals come from: cached (--counterfactuals) or online (made
      in every step from the student''s own attribution of the true label, as the
      method''s reference does, by --mask, --fill and so on). Default: cached'
    inputBinding:
      prefix: --cam_source=
      separate: false
  checkpoint:
    type: Directory
    doc: 'checkpoint directory with a head, of flyp with a text tower: where the student
      starts'
    inputBinding:
      prefix: --checkpoint=
      separate: false
  checkpoint_every_steps:
    type:
      - 'null'
      - long
    doc: 'save the state to go on from after every so many steps besides each epoch;
      0: after each epoch only'
    inputBinding:
      prefix: --checkpoint_every_steps=
      separate: false
  class_names:
    type:
      - 'null'
      - File
      - type: enum
        symbols:
          - imagenet
    doc: 'the classes of flyp, in label order: a file as build_zeroshot takes it,
      or imagenet; empty: those that the head of --checkpoint names'
    inputBinding:
      prefix: --class_names=
      separate: false
  counterfactuals:
    type:
      - 'null'
      - Directory
    doc: 'stage directory of mask_tool, made from --input: the counterfactuals of
      fd_mask, kd_mask. Epoch e uses variant e modulo their number'
    inputBinding:
      prefix: --counterfactuals=
      separate: false
  epochs:
    type:
      - 'null'
      - long
    doc: 'passes over the images, 1 to 1000000. Default: 10'
    inputBinding:
      prefix: --epochs=
      separate: false
  features:
    type:
      - 'null'
      - Directory
    doc: 'stage directory of feature_tool: the features of --input by --checkpoint,
      from which lp trains the head without looking at an image'
    inputBinding:
      prefix: --features=
      separate: false
  global_batch_size:
    type:
      - 'null'
      - long
    doc: 'images per optimiser step, 1 to 1000000; what is left of an epoch after
      whole batches is not used in it; a set smaller than one batch is one batch.
      Default: 512'
    inputBinding:
      prefix: --global_batch_size=
      separate: false
  grad_clip:
    type:
      - 'null'
      - double
    doc: 'greatest global norm of the gradient, up to 1e9; 0: none. Default: 1.0'
    inputBinding:
      prefix: --grad_clip=
      separate: false
  kd_temperature:
    type:
      - 'null'
      - double
    doc: 'that logits are divided by in kd, kd_mask, above 0 to 1e9. Default: 10.0'
    inputBinding:
      prefix: --kd_temperature=
      separate: false
  keep_states:
    type:
      - 'null'
      - long
    doc: 'how many of the saved states stay, the newest, 1 to 1000000; merge_models
      can average them. Default: 2'
    inputBinding:
      prefix: --keep_states=
      separate: false
  learning_rate:
    type:
      - 'null'
      - double
    doc: 'greatest learning rate, above 0 to 1e9. Default: 3e-05'
    inputBinding:
      prefix: --learning_rate=
      separate: false
  mode:
    type:
      - 'null'
      - type: enum
        symbols:
          - ft
          - lp
          - fd
          - fd_mask
          - kd
          - kd_mask
          - flyp
    doc: 'ft (cross entropy), lp (cross entropy, of the head alone: the backbone stays),
      fd (cross entropy and feature distillation on the images), fd_mask (cross entropy
      and feature distillation on their counterfactuals), kd (cross entropy and distillation
      of the teacher''s logits on the images), kd_mask (cross entropy and distillation
      of the teacher''s logits on their counterfactuals), flyp (contrast of the images
      with prompts of their classes, of both towers). Default: ft'
    inputBinding:
      prefix: --mode=
      separate: false
  recompute:
    type:
      - 'null'
      - boolean
    doc: 'compute the blocks of trained towers anew in the backward pass instead of
      keeping their activations: less memory for about a third more time, the same
      bits'
    inputBinding:
      prefix: --recompute
  resume:
    type:
      - 'null'
      - type: enum
        symbols:
          - auto
          - never
    doc: 'auto (go on with the run in --output) or never (begin it again, also when
      it is finished). Default: auto'
    inputBinding:
      prefix: --resume=
      separate: false
  schedule:
    type:
      - 'null'
      - type: enum
        symbols:
          - one_cycle
          - cosine
          - constant
    doc: 'one_cycle (PyTorch''s OneCycleLR with cosines, beta1 cycled), cosine (linear
      warm-up, then cosine to 0) or constant. Default: one_cycle'
    inputBinding:
      prefix: --schedule=
      separate: false
  teacher:
    type:
      - 'null'
      - Directory
    doc: 'checkpoint directory: the teacher of fd, fd_mask, kd, kd_mask'
    inputBinding:
      prefix: --teacher=
      separate: false
  teacher_features:
    type:
      - 'null'
      - Directory
    doc: 'stage directory of feature_tool: a frozen teacher''s features of what fd
      and fd_mask distil on, the images or --counterfactuals. No teacher is computed
      then; --teacher may say which of its checkpoints is meant'
    inputBinding:
      prefix: --teacher_features=
      separate: false
  teacher_momentum:
    type:
      - 'null'
      - double
    doc: 'of --teacher_update=ema, 0 to 1: how much of the teacher stays in each step.
      Default: 0.999'
    inputBinding:
      prefix: --teacher_momentum=
      separate: false
  teacher_update:
    type:
      - 'null'
      - type: enum
        symbols:
          - static
          - ema
          - wma
    doc: 'static (the teacher stays as it is), ema (exponential moving average: --teacher_momentum
      of the teacher and the rest of the student after each step), wma (CLIPood''s
      Beta moving average: the mean of --teacher, as state 0, and the student after
      each step t of T, weighed by the density of Beta(0.5, 0.5) at (t + 0.5) / (T
      + 1)). Default: static'
    inputBinding:
      prefix: --teacher_update=
      separate: false
  templates:
    type:
      - 'null'
      - File
      - type: enum
        symbols:
          - openai
    doc: 'the prompts of flyp: a file as build_zeroshot takes it, or openai. In each
      epoch an image meets one of its class''s; the finished head is of them all.
      Default: openai'
    inputBinding:
      prefix: --templates=
      separate: false
  validation:
    type:
      - 'null'
      - Directory
    doc: stage directory of images; after each epoch top-1 is measured on it and the
      best model is kept in best/
    inputBinding:
      prefix: --validation=
      separate: false
  warmup_fraction:
    type:
      - 'null'
      - double
    doc: 'share of the steps, 0 to 1. Default: 0.02'
    inputBinding:
      prefix: --warmup_fraction=
      separate: false
  weight_decay:
    type:
      - 'null'
      - double
    doc: 'of AdamW, on all parameters, 0 to 1e9. Default: 0.1'
    inputBinding:
      prefix: --weight_decay=
      separate: false
  allow_self_donor:
    type:
      - 'null'
      - boolean
    doc: an image may be its own donor, as in the reference's single-fill
    inputBinding:
      prefix: --allow_self_donor
  donor_input:
    type:
      - 'null'
      - Directory
    doc: 'stage directory of the images that patches are taken from, or their mean
      colour; empty: those of --input'
    inputBinding:
      prefix: --donor_input=
      separate: false
  donors:
    type:
      - 'null'
      - type: enum
        symbols:
          - any
          - other_class
          - batch
    doc: 'which of them patches are taken from: any (other image) or other_class (images
      that share no label with the one to fill); where counterfactuals are made for
      a training step also batch (other images of the step). Default: any'
    inputBinding:
      prefix: --donors=
      separate: false
  fill:
    type:
      - 'null'
      - type: enum
        symbols:
          - none
          - single
          - multi
          - mean
          - grey
          - noise
    doc: 'what comes in its place: none (nothing: for models that drop the patches);
      single (all patches from one other image); multi (each patch from an image of
      its own); mean (the mean colour of all images that may give patches, each of
      which every task reads once); grey (128 in all channels); noise (Gaussian noise
      with the mean and deviation that CLIP takes pixels to have). Default: single'
    inputBinding:
      prefix: --fill=
      separate: false
  mask:
    type:
      - 'null'
      - type: enum
        symbols:
          - object
          - context
          - random
    doc: 'what is masked: object (the relevant patches), context (the others) or random
      (each patch with probability --rate; with --fill=none that share of every image).
      Default: object'
    inputBinding:
      prefix: --mask=
      separate: false
  percentile:
    type:
      - 'null'
      - double
    doc: 'of object masks: relevance above this percentile of the image''s own, 0
      to 100; of context masks: the others. One of --threshold, --percentile and --target_ratio'
    inputBinding:
      prefix: --percentile=
      separate: false
  rate:
    type:
      - 'null'
      - double
    doc: 'of random masks, 0 to 1: probability that a patch is masked. Default: 0.5'
    inputBinding:
      prefix: --rate=
      separate: false
  target_ratio:
    type:
      - 'null'
      - double
    doc: 'of object masks: this share of the image''s patches, 0 to 1, the most relevant
      ones; of context masks: that share, the least relevant; among equally relevant
      ones --seed decides. One of --threshold, --percentile and --target_ratio'
    inputBinding:
      prefix: --target_ratio=
      separate: false
  threshold:
    type:
      - 'null'
      - double
    doc: 'of object masks: relevance above it, 0 to 1: relevance is divided by the
      image''s largest; the paper''s 0.3 is for object masks with single-fill; of
      context masks: the others. One of --threshold, --percentile and --target_ratio.
      Default: 0.3'
    inputBinding:
      prefix: --threshold=
      separate: false
  batch_size:
    type:
      - 'null'
      - long
    doc: 'images per forward pass, 1 to 65536; more need more memory. Default: 64'
    inputBinding:
      prefix: --batch_size=
      separate: false
  device:
    type:
      - 'null'
      - string
    doc: 'where the model runs: auto (the first CUDA device, else the CPU), cpu, cuda
      or cuda:N. Default: auto'
    inputBinding:
      prefix: --device=
      separate: false
  precision:
    type:
      - 'null'
      - type: enum
        symbols:
          - fp32
          - tf32
          - bf16
    doc: 'fp32; tf32: fp32 whose products CUDA computes with 10 bits of mantissa;
      or bf16: faster, about three significant digits. Default: fp32'
    inputBinding:
      prefix: --precision=
      separate: false
  input:
    type: Directory
    doc: 'stage directory to read: shards with their manifest'
    inputBinding:
      prefix: --input=
      separate: false
  output:
    type: string
    doc: where the result goes; made when absent. A finished result is found there
      and not made again, an unfinished one goes on
    inputBinding:
      prefix: --output=
      separate: false
  summary_json:
    type:
      - 'null'
      - string
    doc: 'file to write last: what was done, counts and resources'
    inputBinding:
      prefix: --summary_json=
      separate: false
  progress:
    type:
      - 'null'
      - type: enum
        symbols:
          - auto
          - bar
          - log
          - json
          - none
    doc: 'auto, bar, log (a line every 30 s), json or none; on stderr. Default: auto'
    inputBinding:
      prefix: --progress=
      separate: false
  seed:
    type:
      - 'null'
      - long
    doc: seed of everything random
    inputBinding:
      prefix: --seed=
      separate: false
  num_threads:
    type:
      - 'null'
      - int
    doc: 'threads for the CPU''s work, at most 1024; 0: all cores'
    inputBinding:
      prefix: --num_threads=
      separate: false
stdout: train.out
outputs:
  output_directory:
    type: Directory
    outputBinding:
      glob: $(inputs.output)
  summary_json_file:
    type:
      - 'null'
      - File
    outputBinding:
      glob: $(inputs.summary_json)
  printed:
    type: stdout
successCodes:
  - 0
temporaryFailCodes:
  - 73
  - 74
  - 75
permanentFailCodes:
  - 64
  - 65
  - 66
  - 70
  - 77
  - 78
  - 79
