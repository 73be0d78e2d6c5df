# Made by tools/make_cwl.py from mask_tool --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: mask_tool
doc: |-
  Masks patches of every image of --input and refills them, or says with --stats how much of the images each threshold masks.

    mask_tool --input=records/train --cams=cams/train --mask=object --threshold=0.3 --fill=single --output=cf/object-0.3-single
baseCommand: mask_tool
arguments:
  - --task_source=none
inputs:
  cams:
    type:
      - 'null'
      - Directory
    doc: stage directory of CAMs made by cam_tool from --input; needed for object
      and context masks and for --stats
    inputBinding:
      prefix: --cams=
      separate: false
  image_size:
    type:
      - 'null'
      - int
    doc: 'px, to which original files are resized and cropped; 0: the size of the
      preprocessed pixels, 224 for original files'
    inputBinding:
      prefix: --image_size=
      separate: false
  patch_size:
    type:
      - 'null'
      - int
    doc: 'px, of random masks without --cams; 0: from the CAMs'
    inputBinding:
      prefix: --patch_size=
      separate: false
  payload:
    type:
      - 'null'
      - type: enum
        symbols:
          - pixels
          - recipe
    doc: 'what is stored: pixels (refilled, ready for training) or recipe (mask and
      donors only). Default: pixels'
    inputBinding:
      prefix: --payload=
      separate: false
  preview:
    type:
      - 'null'
      - string
    doc: file for a PNG contact sheet of eight images, spread over the set
    inputBinding:
      prefix: --preview=
      separate: false
  rate_from:
    type:
      - 'null'
      - Directory
    doc: 'of random masks, in place of --rate: stage directory of CAMs of --input;
      each image gets as many random patches as its object mask has, by --threshold,
      --percentile or --target_ratio'
    inputBinding:
      prefix: --rate_from=
      separate: false
  stats:
    type:
      - 'null'
      - type: array
        items: string
    doc: 'files to write about the CAMs, each .json or .md, separated by commas: what
      share of an image''s patches object masks have at thresholds 0.1 to 0.9, of
      all images and by class. With --cams and without --output nothing else is made'
    inputBinding:
      prefix: --stats=
      separate: false
      itemSeparator: ','
  variants:
    type:
      - 'null'
      - int
    doc: 'counterfactuals per image, 1 to 1000. Default: 1'
    inputBinding:
      prefix: --variants=
      separate: false
  allow_self_donor:
    type:
      - 'null'
      - boolean
    doc: an image may be its own donor, as in the reference's single-fill
    inputBinding:
      prefix: --allow_self_donor
  donor_input:
    type:
      - 'null'
      - Directory
    doc: 'stage directory of the images that patches are taken from, or their mean
      colour; empty: those of --input'
    inputBinding:
      prefix: --donor_input=
      separate: false
  donors:
    type:
      - 'null'
      - type: enum
        symbols:
          - any
          - other_class
          - batch
    doc: 'which of them patches are taken from: any (other image) or other_class (images
      that share no label with the one to fill); where counterfactuals are made for
      a training step also batch (other images of the step). Default: any'
    inputBinding:
      prefix: --donors=
      separate: false
  fill:
    type:
      - 'null'
      - type: enum
        symbols:
          - none
          - single
          - multi
          - mean
          - grey
          - noise
    doc: 'what comes in its place: none (nothing: for models that drop the patches);
      single (all patches from one other image); multi (each patch from an image of
      its own); mean (the mean colour of all images that may give patches, each of
      which every task reads once); grey (128 in all channels); noise (Gaussian noise
      with the mean and deviation that CLIP takes pixels to have). Default: single'
    inputBinding:
      prefix: --fill=
      separate: false
  mask:
    type:
      - 'null'
      - type: enum
        symbols:
          - object
          - context
          - random
    doc: 'what is masked: object (the relevant patches), context (the others) or random
      (each patch with probability --rate; with --fill=none that share of every image).
      Default: object'
    inputBinding:
      prefix: --mask=
      separate: false
  percentile:
    type:
      - 'null'
      - double
    doc: 'of object masks: relevance above this percentile of the image''s own, 0
      to 100; of context masks: the others. One of --threshold, --percentile and --target_ratio'
    inputBinding:
      prefix: --percentile=
      separate: false
  rate:
    type:
      - 'null'
      - double
    doc: 'of random masks, 0 to 1: probability that a patch is masked. Default: 0.5'
    inputBinding:
      prefix: --rate=
      separate: false
  target_ratio:
    type:
      - 'null'
      - double
    doc: 'of object masks: this share of the image''s patches, 0 to 1, the most relevant
      ones; of context masks: that share, the least relevant; among equally relevant
      ones --seed decides. One of --threshold, --percentile and --target_ratio'
    inputBinding:
      prefix: --target_ratio=
      separate: false
  threshold:
    type:
      - 'null'
      - double
    doc: 'of object masks: relevance above it, 0 to 1: relevance is divided by the
      image''s largest; the paper''s 0.3 is for object masks with single-fill; of
      context masks: the others. One of --threshold, --percentile and --target_ratio.
      Default: 0.3'
    inputBinding:
      prefix: --threshold=
      separate: false
  input:
    type:
      - 'null'
      - Directory
    doc: 'stage directory to read: shards with their manifest'
    inputBinding:
      prefix: --input=
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
stdout: mask_tool.out
outputs:
  preview_file:
    type:
      - 'null'
      - File
    outputBinding:
      glob: $(inputs.preview)
  stats_file:
    type:
      - 'null'
      - type: array
        items: File
    outputBinding:
      glob: $(inputs.stats)
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
