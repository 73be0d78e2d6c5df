# Made by tools/make_cwl.py from cam_tool --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: cam_tool
doc: |-
  Computes a relevance map over the patches of every image of --input, for the class of its label unless told otherwise.

    cam_tool --input=records/train --checkpoint=models/zeroshot --output=cams/train
baseCommand: cam_tool
arguments:
  - --task_source=none
inputs:
  checkpoint:
    type: Directory
    doc: directory of a checkpoint; with a classifier head, as build_zeroshot and
      train write them, for attribution and gradcam; of it random uses the grid of
      patches alone
    inputBinding:
      prefix: --checkpoint=
      separate: false
  layers:
    type:
      - 'null'
      - string
    doc: 'which layers take part: all (as in the paper), last, or a number N of layers,
      the last N; only for attribution and rollout. Default: all'
    inputBinding:
      prefix: --layers=
      separate: false
  method:
    type:
      - 'null'
      - type: enum
        symbols:
          - attribution
          - gradcam
          - rollout
          - attention
          - random
    doc: 'how relevance is computed: attribution (transformer attribution, as in the
      paper), gradcam (Grad-CAM on the last block''s ln_1), rollout (attention rollout,
      for no class), attention (the last layer''s attention as it is, for no class:
      a control), random (uniform numbers: a control). Default: attribution'
    inputBinding:
      prefix: --method=
      separate: false
  target:
    type:
      - 'null'
      - string
    doc: 'whose logit is explained: label (as in the paper), predicted, or the number
      of a class, a row of the head from 0; only for attribution and gradcam. Default:
      label'
    inputBinding:
      prefix: --target=
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
stdout: cam_tool.out
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
