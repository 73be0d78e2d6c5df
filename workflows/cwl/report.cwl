# Made by tools/make_cwl.py from report --help=json: edit that, not this.
cwlVersion: v1.2
class: CommandLineTool
label: report
doc: |-
  Prints one table over several evaluations: methods as rows, image sets as columns, top-1 accuracy in percent, mean and deviation over seeds; and the paired differences to a baseline. With --format=html a page to look at.

    report --reports='eval/*.json' --id=imagenet --baseline=ft --output=report
baseCommand: report
arguments: []
inputs:
  baseline:
    type:
      - 'null'
      - string
    doc: 'names of rows, comma separated: for each a table of the other rows'' differences
      to it, paired by seed. A row without seeds, such as zero-shot, is compared with
      every seed. The page is about the best row against the first of these'
    inputBinding:
      prefix: --baseline=
      separate: false
  cam_stats:
    type:
      - 'null'
      - type: array
        items: File
    doc: 'for the page: JSON files of mask_tool --stats, comma separated'
    inputBinding:
      prefix: --cam_stats=
      separate: false
      itemSeparator: ','
  disagreement:
    type:
      - 'null'
      - File
    doc: 'for the page: JSON file with "rows" of mask, fill, threshold or rate, disagreement,
      standard_error and clean'
    inputBinding:
      prefix: --disagreement=
      separate: false
  format:
    type:
      - 'null'
      - type: array
        items: string
    doc: 'what to write into --output, a directory for report.md, report.csv and so
      on, without which the tables are only printed, as Markdown; comma separated:
      md, csv, latex (needs the booktabs package), json (everything, not rounded),
      html (index.html, a page to look at). Default: md,csv'
    inputBinding:
      prefix: --format=
      separate: false
      itemSeparator: ','
  id:
    type:
      - 'null'
      - string
    doc: 'names of the in-distribution sets, comma separated: they come first, and
      the last column is the mean over the others, the OOD average. Empty: as the
      reports say, else the last column is the mean over all sets'
    inputBinding:
      prefix: --id=
      separate: false
  mixed:
    type:
      - 'null'
      - boolean
    doc: allow reports of evaluations in different precisions
    inputBinding:
      prefix: --mixed
  predictions:
    type:
      - 'null'
      - type: array
        items: Directory
    doc: 'directories of eval --predictions, quoted globs among them, comma separated:
      differences get intervals (paired bootstrap over the images) and McNemar''s
      test, the page images that the models are wrong about'
    inputBinding:
      prefix: --predictions=
      separate: false
      itemSeparator: ','
  published:
    type:
      - 'null'
      - File
    doc: JSON file of published values (workflows/published), which are shown beside
      ours, or empty
    inputBinding:
      prefix: --published=
      separate: false
  records:
    type:
      - 'null'
      - type: array
        items: Directory
    doc: 'for the page: stage directories of images, CAMs and counterfactuals, quoted
      globs among them, comma separated, whose pictures are shown; which belong together
      is read from their manifests'
    inputBinding:
      prefix: --records=
      separate: false
      itemSeparator: ','
  reports:
    type:
      type: array
      items: File
    doc: 'reports of eval: files or quoted globs, comma separated; rows are in this
      order. NAME=FILES says which method they are of; else provenance does, and where
      that cannot tell methods apart the file''s name without .json and a trailing
      -seed<N>. Seeds of one method make one row with mean and population standard
      deviation. WiSE-FT curves (eval --alphas) are drawn into the page. Required'
    inputBinding:
      prefix: --reports=
      separate: false
      itemSeparator: ','
  runs:
    type:
      - 'null'
      - type: array
        items: Directory
    doc: 'for the page: directories of train, quoted globs among them, comma separated,
      whose curves are drawn'
    inputBinding:
      prefix: --runs=
      separate: false
      itemSeparator: ','
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
stdout: report.out
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
