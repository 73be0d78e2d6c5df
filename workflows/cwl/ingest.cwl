# Made by tools/make_cwl.py from ingest --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: ingest
doc: |-
  Turns a data set of image files into shards of records.

    ingest --layout=imagenet --split=val --source=/data/ILSVRC2012 --output=records/val --pixels=preprocessed
baseCommand: ingest
arguments:
  - --task_source=none
inputs:
  classes:
    type:
      - 'null'
      - File
    doc: 'JSON list of class keys in label order, in place of ImageNet''s wnids; empty:
      these, and for --layout=folder the sorted folder names, for csv the sorted labels'
    inputBinding:
      prefix: --classes=
      separate: false
  exif:
    type:
      - 'null'
      - type: enum
        symbols:
          - ignore
          - apply
    doc: 'ignore the orientation in EXIF data, as CLIP and torchvision do, or apply
      it: the image is turned as it is to be seen (and stored as PNG by --pixels=original).
      Default: ignore'
    inputBinding:
      prefix: --exif=
      separate: false
  first_frame:
    type:
      - 'null'
      - boolean
    doc: take the first frame of animations and the first page of files that have
      several; without it they are refused
    inputBinding:
      prefix: --first_frame
  formats:
    type:
      - 'null'
      - type: array
        items: string
    doc: 'comma separated formats of files that are images: jpeg, png, webp, gif,
      bmp, tiff; others are refused. Default: jpeg,png,webp'
    inputBinding:
      prefix: --formats=
      separate: false
      itemSeparator: ','
  group_column:
    type:
      - 'null'
      - string
    doc: 'of --groups; groups of another column than group are called COLUMN=VALUE.
      Default: group'
    inputBinding:
      prefix: --group_column=
      separate: false
  groups:
    type:
      - 'null'
      - File
    doc: CSV file whose columns path and --group_column tell the group of each image,
      for the accuracy of the worst one; a path may have more folders before that
      below --source. --layout=csv has a column of its own
    inputBinding:
      prefix: --groups=
      separate: false
  holdout:
    type:
      - 'null'
      - long
    doc: 'images of the training set that are its validation split, the same share
      of every class, at least 0 (the method''s: 10240 of ImageNet''s): --split=val
      takes them, --split=train the others'
    inputBinding:
      prefix: --holdout=
      separate: false
  holdout_index:
    type:
      - 'null'
      - File
    doc: 'in place of --holdout: file of the images'' paths below --source, one a
      line'
    inputBinding:
      prefix: --holdout_index=
      separate: false
  holdout_seed:
    type:
      - 'null'
      - long
    doc: which images --holdout takes
    inputBinding:
      prefix: --holdout_seed=
      separate: false
  ignore:
    type:
      - 'null'
      - string
    doc: 'comma separated patterns (* ? [abc]) of files and folders that are left
      out and counted: names, or paths below --source where they have a slash'
    inputBinding:
      prefix: --ignore=
      separate: false
  image_size:
    type:
      - 'null'
      - long
    doc: 'px per side of preprocessed pixels, 1 to 4096. Default: 224'
    inputBinding:
      prefix: --image_size=
      separate: false
  images:
    type:
      - 'null'
      - Directory
    doc: 'directory that the paths of --layout=csv are below; empty: where the file
      lies'
    inputBinding:
      prefix: --images=
      separate: false
  k_shot:
    type:
      - 'null'
      - long
    doc: 'images per class that are taken, at least 0; 0: all'
    inputBinding:
      prefix: --k_shot=
      separate: false
  k_shot_seed:
    type:
      - 'null'
      - long
    doc: which images --k_shot takes
    inputBinding:
      prefix: --k_shot_seed=
      separate: false
  layout:
    type:
      - 'null'
      - type: enum
        symbols:
          - folder
          - csv
          - imagenet
          - imagenet_v2
          - imagenet_r
          - imagenet_sketch
          - imagenet_a
          - objectnet
    doc: 'folder (<source>/<class>/*, labels in the order of sorted folder names);
      csv (a file with the columns path, label or labels separated by '';'', and if
      there split and group); with labels of the 1000 classes: imagenet (<source>/<split>/<wnid>/*),
      imagenet_v2 (<source>/<label>/*), imagenet_r, imagenet_sketch, imagenet_a (<source>/<wnid>/*),
      objectnet (<source>/images/<folder>/* and <source>/mappings). Default: folder'
    inputBinding:
      prefix: --layout=
      separate: false
  name:
    type:
      - 'null'
      - string
    doc: 'of the set and of its shards, letters, digits, ''.'', ''_'' and ''-''; empty:
      <layout>-<split>, of a hold-out <layout>-holdout'
    inputBinding:
      prefix: --name=
      separate: false
  num_shards:
    type:
      - 'null'
      - long
    doc: 'how many files are written, 0 to 99999; 0: one per 1000 images'
    inputBinding:
      prefix: --num_shards=
      separate: false
  pixels:
    type:
      - 'null'
      - type: enum
        symbols:
          - original
          - preprocessed
    doc: 'what is stored: original (the file''s bytes) or preprocessed (RGB pixels,
      resized and cropped as CLIP does). Default: original'
    inputBinding:
      prefix: --pixels=
      separate: false
  source:
    type:
      - File
      - Directory
    doc: directory of the data set as unpacked; of --layout=csv the file
    inputBinding:
      prefix: --source=
      separate: false
  split:
    type:
      - 'null'
      - type: enum
        symbols:
          - train
          - val
          - test
    doc: 'train, val or test: which folder of --layout=imagenet, which rows of --layout=csv,
      and what the manifest says; empty: train for --layout=folder, csv and imagenet,
      test for the others'
    inputBinding:
      prefix: --split=
      separate: false
  verify_only:
    type:
      - 'null'
      - boolean
    doc: decode every image and report all that is wrong with the set, also by --summary_json;
      write nothing else. 65 where anything is
    inputBinding:
      prefix: --verify_only
  max_bad_records:
    type:
      - 'null'
      - long
    doc: how many records or files may be unusable, in all shards together, before
      the run fails; at least 0
    inputBinding:
      prefix: --max_bad_records=
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
stdout: ingest.out
outputs:
  output_directory:
    type:
      - 'null'
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
