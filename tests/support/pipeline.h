// The stages of one small run on the repository's photographs, as the command
// lines that a workflow would give.
#ifndef MASKFILL_TESTS_SUPPORT_PIPELINE_H_
#define MASKFILL_TESTS_SUPPORT_PIPELINE_H_

#include <map>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace maskfill {

struct Stage {
  std::string name;
  std::vector<std::string> argv;  // paths relative to the run's directory
  std::string output;             // file or directory that it makes
};

// ingest, make_random_clip, import_model, build_zeroshot, cam_tool, mask_tool,
// train (ft and fd_mask), merge_models, eval: each depends only on those before
// it. Outputs lie in the working directory: records, clip.safetensors, clip,
// zeroshot, cams, cf, ft, mask_fill, wise_ft, eval.json.
std::vector<Stage> PipelineStages();

// The stage of that name; the program's own bug when there is none.
Stage StageNamed(const std::string& name);

// `stage` with `flag` ("--name=value") in place of its flag of that name, or
// added.
Stage WithFlag(Stage stage, const std::string& flag);
// Without the flag "--name".
Stage WithoutFlag(Stage stage, const std::string& name);

// Runs one stage in `dir`.
ProgramResult RunStage(const Stage& stage, const std::string& dir,
                       ProgramOptions options = {});

// A directory with every stage's output, made once per test program.
const std::string& FinishedPipeline();

// A fresh copy of FinishedPipeline() without the outputs named.
std::string CopyOfPipeline(const std::vector<std::string>& without = {});

// Names and bytes of what a stage left at `path` (a file or a directory),
// without the files that record its speed.
std::map<std::string, std::string> OutputFiles(const std::string& path);

// Fails with the names of the files that differ.
void ExpectSameFiles(const std::map<std::string, std::string>& found,
                     const std::map<std::string, std::string>& expected);

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_PIPELINE_H_
