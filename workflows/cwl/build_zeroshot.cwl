# Made by tools/make_cwl.py from build_zeroshot --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: build_zeroshot
doc: |-
  Turns a CLIP checkpoint into an image classifier: the head's rows are the mean text features of each class's prompts.
  Texts are cleaned as in Python's CLIP (ftfy: typographic quotes, decomposed accents,
  full-width letters, HTML), but mis-encoded text is not guessed at: a warning names its line.

    build_zeroshot --checkpoint=models/vit-b-32 --class_names=names.txt --templates=openai --output=models/zeroshot
baseCommand: build_zeroshot
arguments: []
inputs:
  checkpoint:
    type: Directory
    doc: directory of a checkpoint with a text tower, as import_model writes it
    inputBinding:
      prefix: --checkpoint=
      separate: false
  class_names:
    type:
      - 'null'
      - File
      - type: enum
        symbols:
          - imagenet
    doc: 'file with one name per line, a JSON list or a JSON object from index to
      name, in the order of the labels; or imagenet: the 1000 names published with
      CLIP. Default: imagenet'
    inputBinding:
      prefix: --class_names=
      separate: false
  templates:
    type:
      - 'null'
      - File
      - type: enum
        symbols:
          - openai
    doc: 'file with one prompt per line or a JSON list, each with {} (or {c}) for
      the class name; a JSON object from class name to a list of its own whole prompts;
      or openai: the 80 published with CLIP. Default: openai'
    inputBinding:
      prefix: --templates=
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
stdout: build_zeroshot.out
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
