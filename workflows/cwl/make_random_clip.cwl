# Made by tools/make_cwl.py from make_random_clip --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: make_random_clip
doc: |-
  Writes a small CLIP with random weights as one safetensors file in OpenAI's names, for trying the programs without real weights.

    make_random_clip --output=random-clip.safetensors --seed=1
baseCommand: make_random_clip
arguments: []
inputs:
  activation:
    type:
      - 'null'
      - type: enum
        symbols:
          - quick_gelu
          - gelu
    doc: 'quick_gelu or gelu. Default: quick_gelu'
    inputBinding:
      prefix: --activation=
      separate: false
  embed_dim:
    type:
      - 'null'
      - long
    doc: 'of the joint space, at least 1. Default: 64'
    inputBinding:
      prefix: --embed_dim=
      separate: false
  heads:
    type:
      - 'null'
      - long
    doc: 'of the image tower; 0: width / 64'
    inputBinding:
      prefix: --heads=
      separate: false
  image_size:
    type:
      - 'null'
      - long
    doc: 'pixels, a multiple of --patch_size. Default: 224'
    inputBinding:
      prefix: --image_size=
      separate: false
  layers:
    type:
      - 'null'
      - long
    doc: 'of the image tower, at least 1. Default: 3'
    inputBinding:
      prefix: --layers=
      separate: false
  patch_size:
    type:
      - 'null'
      - long
    doc: 'pixels, at least 1. Default: 32'
    inputBinding:
      prefix: --patch_size=
      separate: false
  text_heads:
    type:
      - 'null'
      - long
    doc: 'of the text tower; 0: width / 64'
    inputBinding:
      prefix: --text_heads=
      separate: false
  text_layers:
    type:
      - 'null'
      - long
    doc: 'of the text tower, at least 1. Default: 2'
    inputBinding:
      prefix: --text_layers=
      separate: false
  text_width:
    type:
      - 'null'
      - long
    doc: 'of the text tower. Default: 64'
    inputBinding:
      prefix: --text_width=
      separate: false
  width:
    type:
      - 'null'
      - long
    doc: 'of the image tower. Default: 128'
    inputBinding:
      prefix: --width=
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
  seed:
    type:
      - 'null'
      - long
    doc: seed of everything random
    inputBinding:
      prefix: --seed=
      separate: false
stdout: make_random_clip.out
outputs:
  output_file:
    type: File
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
