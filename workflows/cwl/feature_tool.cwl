# Made by tools/make_cwl.py from feature_tool --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: feature_tool
doc: |-
  Computes the features of every image or counterfactual of --input by the image tower of --checkpoint.

    feature_tool --input=cf/object-0.3-single --checkpoint=models/zeroshot --output=features/object-0.3-single
baseCommand: feature_tool
arguments:
  - --task_source=none
inputs:
  checkpoint:
    type:
      type: array
      items: Directory
    doc: directory of a checkpoint, with or without a head; several, separated by
      commas, give one vector each in one pass
    inputBinding:
      prefix: --checkpoint=
      separate: false
      itemSeparator: ','
  dtype:
    type:
      - 'null'
      - type: enum
        symbols:
          - float32
          - float16
    doc: 'how features are stored: float32 or float16. Default: float32'
    inputBinding:
      prefix: --dtype=
      separate: false
  images:
    type:
      - 'null'
      - Directory
    doc: 'directory of the images that counterfactuals of --payload=recipe were made
      from; default: where their manifest says'
    inputBinding:
      prefix: --images=
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
  num_threads:
    type:
      - 'null'
      - int
    doc: 'threads for the CPU''s work, at most 1024; 0: all cores'
    inputBinding:
      prefix: --num_threads=
      separate: false
stdout: feature_tool.out
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
