# Made by tools/make_cwl.py from eval --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: eval
doc: |-
  Prints and writes how right models are on image sets: accuracy, also per class and group, and calibration.

    eval --checkpoint=runs/ours/best --inputs=records/imagenet-val,records/imagenet-a --output=eval/ours.json
    eval --checkpoints='runs/*/best' --inputs=... --output=eval
    eval --base_checkpoint=models/zeroshot --checkpoint=runs/ours/best --alphas=0,0.5,1 --inputs=... --output=eval/curve.json
    eval --from_predictions=predictions/ours --output=eval/again.json
baseCommand: eval
arguments: []
inputs:
  alphas:
    type:
      - 'null'
      - string
    doc: 'shares of --checkpoint, 0 to 1, comma separated: evaluates (1 - alpha) *
      base + alpha * checkpoint at each, the WiSE-FT curve, with both loaded once'
    inputBinding:
      prefix: --alphas=
      separate: false
  base_checkpoint:
    type:
      - 'null'
      - Directory
    doc: 'with --alphas: the model that the curve begins with, such as the zero-shot
      one'
    inputBinding:
      prefix: --base_checkpoint=
      separate: false
  checkpoint:
    type:
      - 'null'
      - Directory
    doc: directory of a checkpoint with a head, made by build_zeroshot or train; --output
      is its report's file
    inputBinding:
      prefix: --checkpoint=
      separate: false
  checkpoints:
    type:
      - 'null'
      - type: array
        items: Directory
    doc: 'several of them at once: directories or quoted globs, comma separated; --output
      is a directory for one report each, the one that --checkpoint would write. NAME=DIR
      writes NAME.json; DIR alone is named like itself, or, for a best or last, like
      the run that it lies in: runs/ours-seed0/best writes ours-seed0.json'
    inputBinding:
      prefix: --checkpoints=
      separate: false
      itemSeparator: ','
  ensemble:
    type:
      - 'null'
      - type: enum
        symbols:
          - logits
          - probabilities
    doc: 'how several --from_predictions answer as one: the mean of their logits or
      probabilities'
    inputBinding:
      prefix: --ensemble=
      separate: false
  fit_temperature_on:
    type:
      - 'null'
      - string
    doc: 'with --from_predictions: name of the set on which a temperature is fitted
      by its loss; loss and calibration of every set are told at it too. Fit it on
      images held out from training, not on those that you report'
    inputBinding:
      prefix: --fit_temperature_on=
      separate: false
  from_predictions:
    type:
      - 'null'
      - type: array
        items: Directory
    doc: 'directories that --predictions filled, comma separated, instead of --checkpoint
      and --inputs: everything is computed from them and no model runs. Several are
      an --ensemble'
    inputBinding:
      prefix: --from_predictions=
      separate: false
      itemSeparator: ','
  id_sets:
    type:
      - 'null'
      - string
    doc: 'names of the in-distribution sets, comma separated: they are no part of
      the OOD mean, and their accuracy is also told among the classes of every other
      set that has fewer'
    inputBinding:
      prefix: --id_sets=
      separate: false
  inputs:
    type:
      - 'null'
      - type: array
        items: Directory
    doc: 'stage directories of images, comma separated: the sets to evaluate on'
    inputBinding:
      prefix: --inputs=
      separate: false
      itemSeparator: ','
  models_at_once:
    type:
      - 'null'
      - long
    doc: 'models in memory at the same time, 1 or more; each such group decodes the
      images again. Default: 4'
    inputBinding:
      prefix: --models_at_once=
      separate: false
  only_classes:
    type:
      - 'null'
      - string
    doc: 'with --from_predictions: classes by number or key, comma separated, among
      which the argmax is taken; images of others do not count. Empty: those of each
      set'
    inputBinding:
      prefix: --only_classes=
      separate: false
  only_groups:
    type:
      - 'null'
      - string
    doc: 'with --from_predictions: groups, comma separated, whose images are looked
      at. Empty: all'
    inputBinding:
      prefix: --only_groups=
      separate: false
  prediction_contents:
    type:
      - 'null'
      - type: array
        items: string
    doc: 'what predictions hold besides, comma separated: logits (of all classes,
      2 bytes each; subsets of classes, ensembles and temperatures need them), features'
    inputBinding:
      prefix: --prediction_contents=
      separate: false
      itemSeparator: ','
  predictions:
    type:
      - 'null'
      - string
    doc: 'directory for one set of predictions per input: five most likely classes
      of every image, margin and loss; of several models one such directory each,
      in it. Empty: none are written'
    inputBinding:
      prefix: --predictions=
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
stdout: eval.out
outputs:
  predictions_directory:
    type:
      - 'null'
      - Directory
    outputBinding:
      glob: $(inputs.predictions)
  output_path:
    type:
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
