# Made by tools/make_cwl.py from records --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: records
doc: |-
  records COMMAND PATH: looks into what a stage has made. PATH is a stage directory or one shard; for verify also a checkpoint.

    cat        one line of JSON per record, bytes abbreviated
    head       the same of the first --limit records (10)
    stat       origin, classes, counts and sizes
    verify     reads everything and checks it; exit code 65 names what is damaged
    index      writes the .idx files that are missing or wrong
    salvage    the sound records of a damaged set, as a set in --output
    export     --to=tf_example or webdataset, in --output
    croissant  the set's description for data-set catalogues, PATH/croissant.json

    records verify cams/train
baseCommand: records
arguments: []
inputs:
  command:
    type:
      type: enum
      symbols:
        - cat
        - head
        - stat
        - verify
        - index
        - salvage
        - export
        - croissant
    doc: what to do
    inputBinding:
      position: 1
  path:
    type:
      - File
      - Directory
    doc: a stage directory or one shard; for verify also a checkpoint
    inputBinding:
      position: 2
  limit:
    type:
      - 'null'
      - long
    doc: 'cat, head: print at most so many records; 0: cat all, head 10'
    inputBinding:
      prefix: --limit=
      separate: false
  to:
    type:
      - 'null'
      - type: enum
        symbols:
          - tf_example
          - webdataset
    doc: 'export: tf_example or webdataset'
    inputBinding:
      prefix: --to=
      separate: false
  type:
    type:
      - 'null'
      - string
    doc: 'full name of the records'' message, e.g. maskfill.v1.ImageRecord; empty:
      from the manifest'
    inputBinding:
      prefix: --type=
      separate: false
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
  num_threads:
    type:
      - 'null'
      - int
    doc: 'threads for the CPU''s work, at most 1024; 0: all cores'
    inputBinding:
      prefix: --num_threads=
      separate: false
stdout: records.out
outputs:
  output_path:
    type:
      - 'null'
      - File
      - Directory
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
