# Made by tools/make_cwl.py from cam_compare --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: cam_compare
doc: |-
  Compares sets of CAMs of the same images: rank correlation and mask IoU per threshold; with --masks also how well they find known objects: IoU, pointing game, energy inside.

    cam_compare --cams=cams/zeroshot,cams/ft --output=agreement.json
baseCommand: cam_compare
arguments: []
inputs:
  border_px:
    type:
      - 'null'
      - long
    doc: px on each side of a mask that the images have lost, 0 to 100; 2 for ObjectNet
      and the set like it; only with --masks
    inputBinding:
      prefix: --border_px=
      separate: false
  cams:
    type:
      type: array
      items: Directory
    doc: directories of CAMs of the same images, as cam_tool writes them, comma separated;
      at least two, or one with --masks
    inputBinding:
      prefix: --cams=
      separate: false
      itemSeparator: ','
  masks:
    type:
      - 'null'
      - Directory
    doc: 'directory of the images'' object masks, <masks>/<id>.png, of any size: of
      Spurious Shapes the folder masks that make_spurious_shapes wrote, or the set''s
      folder in it'
    inputBinding:
      prefix: --masks=
      separate: false
  object_coverage:
    type:
      - 'null'
      - double
    doc: 'a patch counts as object when more than this part of it is covered, 0 to
      below 1; only with --masks. Default: 0.25'
    inputBinding:
      prefix: --object_coverage=
      separate: false
  thresholds:
    type:
      - 'null'
      - string
    doc: 'of relevance, each 0 to below 1, comma separated: patches above it are the
      mask, as in mask_tool --mask=object --threshold. Default: 0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9'
    inputBinding:
      prefix: --thresholds=
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
stdout: cam_compare.out
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
