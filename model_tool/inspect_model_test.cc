#include "model_tool/inspect_model.h"

#include <sstream>
#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/import_model.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// What is printed, and after it the error, if any.
std::string Inspect(const std::string& path) {
  std::ostringstream out;
  const absl::Status status = InspectModel({.path = path}, out);
  return out.str() + (status.ok() ? "" : status.ToString());
}

TEST(InspectModel, SaysWhatAFileIsAndWhoSaysIt) {
  const std::string path = JoinPath(TestDirectory(), "a.safetensors");
  WriteTinyClip(path);
  EXPECT_THAT(
      Inspect(path),
      AllOf(HasSubstr("stored as      safetensors, 62 tensors, names of "
                      "openai"),
            ContainsRegex("vision.layers +2 +the weights\n"),
            ContainsRegex("vision.heads +2 +the file's metadata\n"),
            ContainsRegex("activation +quick_gelu +the file's metadata\n"),
            HasSubstr("CLIP's, as nobody says"), HasSubstr("sha256         "),
            Not(HasSubstr("note:"))));
}

TEST(InspectModel, TellsACheckpointsHistory) {
  const std::string dir = TestDirectory();
  ImportModelOptions options;
  options.source = JoinPath(dir, "a.safetensors");
  options.run.output = JoinPath(dir, "model");
  WriteTinyClip(options.source);
  ASSERT_OK(ImportModel(options));
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint,
                       LoadCheckpoint(options.run.output));
  EXPECT_THAT(
      Inspect(options.run.output),
      AllOf(HasSubstr("fingerprint    " + checkpoint.fingerprint),
            HasSubstr("made by import_model"),
            HasSubstr("source " + options.source), HasSubstr("config.json")));
}

TEST(InspectModel, PrintsWhatItKnowsBeforeAnError) {
  const std::string path = JoinPath(TestDirectory(), "a.safetensors");
  ASSERT_OK(WriteSafetensors(path, TinyClipTensors()));
  EXPECT_THAT(Inspect(path),
              AllOf(HasSubstr("62 tensors, names of openai"),
                    HasSubstr("INVALID_ARGUMENT"), HasSubstr("--heads")));
  ASSERT_OK(WriteFileAtomically(path, "<html>"));
  EXPECT_THAT(Inspect(path), HasSubstr("is an HTML page"));
}

}  // namespace
}  // namespace maskfill
