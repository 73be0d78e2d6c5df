# Made by tools/make_cwl.py from inspect_model --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: inspect_model
doc: |-
  inspect_model PATH: what is in a file or folder of weights, or in a checkpoint: how they are stored and named, the architecture with who says what, what --state_key could take, parameters, fingerprint, and what a checkpoint was made from. Writes nothing; the exit code is that of importing it.

    inspect_model epoch_10.pt
baseCommand: inspect_model
arguments: []
inputs:
  path:
    type:
      - 'null'
      - File
      - Directory
    doc: file or folder of weights, or a checkpoint
    inputBinding:
      position: 1
  formats:
    type:
      - 'null'
      - boolean
    doc: print which weights come in and go out, as Markdown
    inputBinding:
      prefix: --formats
  state_key:
    type:
      - 'null'
      - string
    doc: which weights of a file that holds several, as import_model takes it
    inputBinding:
      prefix: --state_key=
      separate: false
stdout: inspect_model.out
outputs:
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
