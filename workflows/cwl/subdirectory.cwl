cwlVersion: v1.2
class: CommandLineTool
label: subdirectory
doc: |
  A directory inside another one, such as the checkpoint last/ of a run: CWL
  hands on whole outputs only.
baseCommand: [cp, -r]
arguments: [$(inputs.directory.path)/$(inputs.name), $(inputs.name)]
inputs:
  directory: Directory
  name: string
outputs:
  found:
    type: Directory
    outputBinding:
      glob: $(inputs.name)
