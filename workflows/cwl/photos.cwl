cwlVersion: v1.2
class: Workflow
label: photos
doc: |
  The pipeline end to end on photographs, as workflows/photos.yaml has it: from
  images and CLIP's weights to a table of accuracies of the zero-shot model, a
  fine-tuned one and one distilled on counterfactuals.

requirements:
  MultipleInputFeatureRequirement: {}

inputs:
  images:
    type: Directory
    doc: In ImageNet's layout, <images>/<split>/<wnid>/*.JPEG.
  weights:
    type: File
    doc: What import_model reads, such as OpenAI's ViT-B-32.pt.
  templates:
    type: File
    doc: One prompt a line, each with {} for the name of the class.
  image_size:
    type: long
    default: 224
    doc: px that the weights expect.
  num_shards:
    type: long
    default: 2
  epochs:
    type: long
    default: 4
  global_batch_size:
    type: long
    default: 16
  learning_rate:
    type: double
    default: 3.0e-5
  beta:
    type: double
    default: 30.0
  device:
    type: string
    default: auto
  num_threads:
    type: int
    default: 0

steps:
  import_model:
    run: import_model.cwl
    in:
      source: weights
      output: {default: clip}
    out: [output_directory]

  build_zeroshot:
    run: build_zeroshot.cwl
    in:
      checkpoint: import_model/output_directory
      templates: templates
      device: device
      num_threads: num_threads
      output: {default: zeroshot}
    out: [output_directory]

  ingest_train:
    run: ingest.cwl
    in:
      source: images
      layout: {default: imagenet}
      split: {default: train}
      name: {default: train}
      pixels: {default: preprocessed}
      image_size: image_size
      num_shards: num_shards
      num_threads: num_threads
      output: {default: records-train}
    out: [output_directory]

  ingest_val:
    run: ingest.cwl
    in:
      source: images
      layout: {default: imagenet}
      split: {default: val}
      name: {default: val}
      pixels: {default: preprocessed}
      image_size: image_size
      num_shards: num_shards
      num_threads: num_threads
      output: {default: records-val}
    out: [output_directory]

  cam_tool:
    run: cam_tool.cwl
    in:
      input: ingest_train/output_directory
      checkpoint: build_zeroshot/output_directory
      device: device
      num_threads: num_threads
      output: {default: cams}
    out: [output_directory]

  mask_tool:
    run: mask_tool.cwl
    in:
      input: ingest_train/output_directory
      cams: cam_tool/output_directory
      mask: {default: object}
      threshold: {default: 0.3}
      fill: {default: single}
      num_threads: num_threads
      preview: {default: counterfactuals.png}
      output: {default: counterfactuals}
    out: [output_directory, preview_file]

  train_ft:
    run: train.cwl
    in:
      mode: {default: ft}
      input: ingest_train/output_directory
      checkpoint: build_zeroshot/output_directory
      epochs: epochs
      global_batch_size: global_batch_size
      learning_rate: learning_rate
      device: device
      num_threads: num_threads
      output: {default: ft}
    out: [output_directory]

  train_mask_fill:
    run: train.cwl
    in:
      mode: {default: fd_mask}
      input: ingest_train/output_directory
      counterfactuals: mask_tool/output_directory
      checkpoint: build_zeroshot/output_directory
      teacher: build_zeroshot/output_directory
      beta: beta
      epochs: epochs
      global_batch_size: global_batch_size
      learning_rate: learning_rate
      device: device
      num_threads: num_threads
      output: {default: mask-fill}
    out: [output_directory]

  last_of_ft:
    run: subdirectory.cwl
    in:
      directory: train_ft/output_directory
      name: {default: last}
    out: [found]

  last_of_mask_fill:
    run: subdirectory.cwl
    in:
      directory: train_mask_fill/output_directory
      name: {default: last}
    out: [found]

  eval_zeroshot:
    run: eval.cwl
    in:
      checkpoint: build_zeroshot/output_directory
      inputs: [ingest_train/output_directory, ingest_val/output_directory]
      device: device
      num_threads: num_threads
      output: {default: zero-shot.json}
    out: [output_path]

  eval_ft:
    run: eval.cwl
    in:
      checkpoint: last_of_ft/found
      inputs: [ingest_train/output_directory, ingest_val/output_directory]
      device: device
      num_threads: num_threads
      output: {default: ft.json}
    out: [output_path]

  eval_mask_fill:
    run: eval.cwl
    in:
      checkpoint: last_of_mask_fill/found
      inputs: [ingest_train/output_directory, ingest_val/output_directory]
      device: device
      num_threads: num_threads
      output: {default: mask-fill.json}
    out: [output_path]

  report:
    run: report.cwl
    in:
      reports:
        source: [eval_zeroshot/output_path, eval_ft/output_path, eval_mask_fill/output_path]
      format: {default: [md, json]}
      output: {default: report}
    out: [output_directory, printed]

outputs:
  records:
    type: Directory[]
    outputSource: [ingest_train/output_directory, ingest_val/output_directory]
  zeroshot:
    type: Directory
    outputSource: build_zeroshot/output_directory
  cams:
    type: Directory
    outputSource: cam_tool/output_directory
  counterfactuals:
    type: Directory
    outputSource: mask_tool/output_directory
  preview:
    type: File?
    outputSource: mask_tool/preview_file
  runs:
    type: Directory[]
    outputSource: [train_ft/output_directory, train_mask_fill/output_directory]
  reports:
    type: File[]
    outputSource: [eval_zeroshot/output_path, eval_ft/output_path, eval_mask_fill/output_path]
  report:
    type: Directory?
    outputSource: report/output_directory
