# Made by tools/make_cwl.py from make_spurious_shapes --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: make_spurious_shapes
doc: |-
  Draws the benchmark Spurious Shapes: a training set whose backgrounds give the class away, and six test sets like ImageNet's.

    make_spurious_shapes --output=spurious_shapes_data
baseCommand: make_spurious_shapes
arguments: []
inputs:
  correlation:
    type:
      - 'null'
      - double
    doc: 'probability that a training or ID test image has its class''s usual background,
      0 to 1; 0.1 is no correlation. Default: 0.95'
    inputBinding:
      prefix: --correlation=
      separate: false
  image_size:
    type:
      - 'null'
      - long
    doc: 'px per side, without ObjectNet''s border, 8 to 2048; the pictures are designed
      for 56. Default: 56'
    inputBinding:
      prefix: --image_size=
      separate: false
  suites:
    type:
      - 'null'
      - type: array
        items: string
    doc: 'sets to write, comma separated: train, id, v2, r, sketch, objectnet, a;
      or all. Default: all'
    inputBinding:
      prefix: --suites=
      separate: false
      itemSeparator: ','
  test_size:
    type:
      - 'null'
      - long
    doc: 'images of each of the six test sets, 10 to 10000000. Default: 1000'
    inputBinding:
      prefix: --test_size=
      separate: false
  train_size:
    type:
      - 'null'
      - long
    doc: 'images of the training set, 10 to 10000000; classes take turns. Default:
      3000'
    inputBinding:
      prefix: --train_size=
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
stdout: make_spurious_shapes.out
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
