# Made by tools/make_cwl.py from feature_compare --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: feature_compare
doc: |-
  Compares the features of two checkpoints, before any distillation: their mean squared difference on each set of counterfactuals, and on the images as they are as the floor.

    feature_compare --clean=features/images --features=features/object-0.3-single,features/random-0.5-single --output=disagreement.json
baseCommand: feature_compare
arguments: []
inputs:
  clean:
    type: Directory
    doc: 'directory of the features of the same images as they are, by the same two
      checkpoints: the floor'
    inputBinding:
      prefix: --clean=
      separate: false
  counterfactuals:
    type:
      - 'null'
      - type: array
        items: Directory
    doc: 'directories of the counterfactuals themselves, comma separated, in any order,
      whose manifests say how they were made; default: where feature_tool read them'
    inputBinding:
      prefix: --counterfactuals=
      separate: false
      itemSeparator: ','
  features:
    type:
      type: array
      items: Directory
    doc: directories of features of counterfactuals, as feature_tool --checkpoint=A,B
      writes them, comma separated; all of the same images, checkpoints and seed
    inputBinding:
      prefix: --features=
      separate: false
      itemSeparator: ','
  output:
    type:
      - 'null'
      - string
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
stdout: feature_compare.out
outputs:
  output_file:
    type:
      - 'null'
      - File
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
