# Made by tools/make_cwl.py from import_model --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: import_model
doc: |-
  Turns CLIP weights of OpenAI, open_clip or Hugging Face into a checkpoint directory: safetensors, configuration, provenance.

    import_model --source=ViT-B-32.pt --output=models/vit-b-32
baseCommand: import_model
arguments: []
inputs:
  activation:
    type:
      - 'null'
      - type: enum
        symbols:
          - quick_gelu
          - gelu
    doc: the MLP's activation, quick_gelu (OpenAI's weights, open_clip's *-quickgelu)
      or gelu (LAION, DataComp); needed only where neither the weights nor a configuration
      beside them tell
    inputBinding:
      prefix: --activation=
      separate: false
  class_names:
    type:
      - 'null'
      - File
      - type: enum
        symbols:
          - imagenet
    doc: 'names of the classes of the head in the weights: imagenet, or a file with
      one per line or a JSON list'
    inputBinding:
      prefix: --class_names=
      separate: false
  heads:
    type:
      - 'null'
      - int
    doc: 'attention heads of the image tower, at least 1; 0: from the configuration
      beside the weights, else width / 64'
    inputBinding:
      prefix: --heads=
      separate: false
  image_size:
    type:
      - 'null'
      - int
    doc: 'resize the position embeddings for images of so many px, a multiple of the
      patch size, as open_clip does; 0: as they are'
    inputBinding:
      prefix: --image_size=
      separate: false
  source:
    type:
      - File
      - Directory
    doc: 'weights to import: OpenAI''s .pt, safetensors in OpenAI, open_clip or Hugging
      Face names, or a torch.save of a state dict; an index of several files; or a
      directory with one of them'
    inputBinding:
      prefix: --source=
      separate: false
  state_key:
    type:
      - 'null'
      - string
    doc: 'which weights of a file that holds several: the key of their dict in a checkpoint
      (model_ema, or nested: model.student), or the prefix of their names (student);
      inspect_model lists them'
    inputBinding:
      prefix: --state_key=
      separate: false
  text_heads:
    type:
      - 'null'
      - int
    doc: attention heads of the text tower, as --heads
    inputBinding:
      prefix: --text_heads=
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
stdout: import_model.out
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
