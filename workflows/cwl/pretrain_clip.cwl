# Made by tools/make_cwl.py from pretrain_clip --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: pretrain_clip
doc: |-
  Pre-trains the small two-tower CLIP of Spurious Shapes on pictures and captions that are drawn on the fly, and writes clip.safetensors for import_model. About half an hour on 2 cores; a stopped run continues when the same command is given again. SIGUSR1: it saves its state and goes on.

    pretrain_clip --output=runs/pretrain --seed=0
baseCommand: pretrain_clip
arguments: []
inputs:
  checkpoint_every_steps:
    type:
      - 'null'
      - long
    doc: 'steps between saved states, from which a stopped run continues, at least
      1. Default: 250'
    inputBinding:
      prefix: --checkpoint_every_steps=
      separate: false
  decay_steps:
    type:
      - 'null'
      - long
    doc: 'steps of linear decay to 0 at the end of --steps, 0 to --steps; --text_only_steps
      decay from the greatest rate to 0 again. Default: 4500'
    inputBinding:
      prefix: --decay_steps=
      separate: false
  global_batch_size:
    type:
      - 'null'
      - long
    doc: 'pictures of a step, at least one for each thread. Default: 64'
    inputBinding:
      prefix: --global_batch_size=
      separate: false
  learning_rate:
    type:
      - 'null'
      - double
    doc: 'greatest learning rate, above 0; reached after --warmup_steps and held until
      --decay_steps before the end. Default: 0.0012'
    inputBinding:
      prefix: --learning_rate=
      separate: false
  polysemy_rate:
    type:
      - 'null'
      - double
    doc: 'share of contexts (background and colour) in which a shape goes by another
      shape''s word in --text_only_steps, 0 to 1. Default: 0.3'
    inputBinding:
      prefix: --polysemy_rate=
      separate: false
  probe_every_steps:
    type:
      - 'null'
      - long
    doc: 'steps between measurements of zero-shot accuracy on small held-out sets,
      0: never. Default: 500'
    inputBinding:
      prefix: --probe_every_steps=
      separate: false
  probe_images:
    type:
      - 'null'
      - long
    doc: 'pictures of each of the six held-out sets. Default: 200'
    inputBinding:
      prefix: --probe_images=
      separate: false
  short_caption_rate:
    type:
      - 'null'
      - double
    doc: 'share of batches whose captions leave out background, colour or both, 0
      to 1. Default: 0.25'
    inputBinding:
      prefix: --short_caption_rate=
      separate: false
  steps:
    type:
      - 'null'
      - long
    doc: 'optimiser steps of both towers, from exact captions, at least 1. Default:
      18000'
    inputBinding:
      prefix: --steps=
      separate: false
  text_frozen_steps:
    type:
      - 'null'
      - long
    doc: 'steps before which the text tower stays as it was drawn, 0 to --steps. Default:
      2000'
    inputBinding:
      prefix: --text_frozen_steps=
      separate: false
  text_learning_rate_factor:
    type:
      - 'null'
      - double
    doc: 'the text tower''s learning rate as a multiple of the image tower''s, 0 (frozen)
      to 1. Default: 0.1'
    inputBinding:
      prefix: --text_learning_rate_factor=
      separate: false
  text_only_steps:
    type:
      - 'null'
      - long
    doc: 'further steps, in which the text tower alone learns, from polysemous captions,
      at least 0. Default: 2000'
    inputBinding:
      prefix: --text_only_steps=
      separate: false
  warmup_steps:
    type:
      - 'null'
      - long
    doc: 'steps of linear warm-up, 0 to --steps. Default: 150'
    inputBinding:
      prefix: --warmup_steps=
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
stdout: pretrain_clip.out
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
