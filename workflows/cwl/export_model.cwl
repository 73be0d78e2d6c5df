# Made by tools/make_cwl.py from export_model --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: export_model
doc: |-
  Writes a checkpoint as a directory that other libraries load unchanged; docs/weights.md has a script for each.

    export_model --checkpoint=runs/ours/best --format=hf --output=export
baseCommand: export_model
arguments: []
inputs:
  checkpoint:
    type: Directory
    doc: directory of a checkpoint
    inputBinding:
      prefix: --checkpoint=
      separate: false
  format:
    type:
      type: enum
      symbols:
        - open_clip
        - hf
        - openai
        - pt
    doc: open_clip (create_model("local-dir:...")), hf (transformers), openai (clip.load)
      or pt (torch.load of every tensor)
    inputBinding:
      prefix: --format=
      separate: false
  text_tower:
    type:
      - 'null'
      - Directory
    doc: 'directory of the CLIP checkpoint whose text tower completes one that has
      none; empty: none is added'
    inputBinding:
      prefix: --text_tower=
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
stdout: export_model.out
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
