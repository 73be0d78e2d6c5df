# Made by tools/make_cwl.py from merge_models --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: merge_models
doc: |-
  Averages the weights of checkpoints of one model: WiSE-FT between a zero-shot and a fine-tuned classifier, a soup of several, Model Stock, or an average over the states of a run.

    merge_models --method=wise_ft --alpha=0.5 --checkpoints=models/zeroshot,runs/ft/best --output=models/wise
    merge_models --method=greedy_soup --checkpoints='runs/*/best' --input=records/val --output=models/soup
    merge_models --method=wma --checkpoints='models/zeroshot,runs/ft/state/step-*' --output=models/wma
baseCommand: merge_models
arguments: []
inputs:
  alpha:
    type:
      - 'null'
      - string
    doc: 'share of the second checkpoint, 0 to 1; a comma separated list makes a directory
      alpha-0.1 and so on in --output for each; only for wise_ft. Default: 0.5'
    inputBinding:
      prefix: --alpha=
      separate: false
  beta_shape:
    type:
      - 'null'
      - double
    doc: 'both parameters of the Beta distribution, above 0 to 100: below 1 the first
      and the last states count most, above 1 those between; only for wma. Default:
      0.5'
    inputBinding:
      prefix: --beta_shape=
      separate: false
  checkpoints:
    type:
      type: array
      items: Directory
    doc: 'checkpoints of one model: directories or quoted globs, comma separated.
      What a glob matches comes in natural order, step-20 before step-100; where the
      order counts (see --method), give the first one by itself. States that train
      keeps (''runs/ft/state/step-*'', see train --keep_states) are taken too once
      the run is finished'
    inputBinding:
      prefix: --checkpoints=
      separate: false
      itemSeparator: ','
  decay:
    type:
      - 'null'
      - double
    doc: 'what is left of the average at each further state, 0 to 1; only for ema.
      Default: 0.9'
    inputBinding:
      prefix: --decay=
      separate: false
  method:
    type:
      - 'null'
      - type: enum
        symbols:
          - wise_ft
          - uniform_soup
          - greedy_soup
          - model_stock
          - ema
          - wma
    doc: 'wise_ft ((1 - alpha) * first + alpha * second; --checkpoints: two, the zero-shot
      and then the fine-tuned one), uniform_soup (the mean of all; --checkpoints:
      two or more), greedy_soup (the mean of those that, tried from the best on, do
      not lower the top-1 on --input; --checkpoints: two or more), model_stock (from
      the anchor towards the mean of the others, for each tensor as far as the angle
      between these says; --checkpoints: three or more, the pre-trained anchor and
      then the fine-tuned ones), ema (the exponential moving average over a run''s
      states; --checkpoints: two or more, the oldest first), wma (their mean weighted
      by a Beta distribution; --checkpoints: two or more, the oldest first). Default:
      wise_ft'
    inputBinding:
      prefix: --method=
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
    type:
      - 'null'
      - Directory
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
  num_threads:
    type:
      - 'null'
      - int
    doc: 'threads for the CPU''s work, at most 1024; 0: all cores'
    inputBinding:
      prefix: --num_threads=
      separate: false
stdout: merge_models.out
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
