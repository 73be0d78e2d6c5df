#include "model_tool/weights/weights_source.h"

#include <fstream>
#include <string>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A directory with files whose bytes are their names.
std::string Folder(const std::vector<std::string>& names) {
  const std::string dir = TestDirectory();
  for (const std::string& name : names) {
    EXPECT_OK(WriteFileAtomically(JoinPath(dir, name), name));
  }
  return dir;
}

TEST(WeightsSource, OpensAFileWithWhatLiesBesideIt) {
  const std::string dir = Folder({"a.pt", "config.json", "notes.json"});
  ASSERT_OK_AND_ASSIGN(const WeightsSource source,
                       OpenWeightsSource(JoinPath(dir, "a.pt")));
  ASSERT_THAT(source.files, SizeIs(1));
  EXPECT_EQ(source.files[0]->bytes(), "a.pt");
  EXPECT_THAT(source.configurations,
              ElementsAre(testing::Pair("config.json", "config.json")));
  EXPECT_EQ(source.Digest(), Sha256Hex("a.pt"));
  EXPECT_OK(source.CheckUnchanged());
  std::ofstream(source.path, std::ios::app) << "more";
  EXPECT_THAT(source.CheckUnchanged(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(WeightsSource, FindsTheWeightsOfAFolder) {
  const std::string dir = Folder({"old.pt"});
  ASSERT_OK_AND_ASSIGN(const WeightsSource only, OpenWeightsSource(dir));
  EXPECT_EQ(Basename(only.path), "old.pt");
  Folder({"pytorch_model.bin", "open_clip_model.safetensors"});
  ASSERT_OK_AND_ASSIGN(const WeightsSource hub, OpenWeightsSource(dir));
  EXPECT_EQ(Basename(hub.path), "open_clip_model.safetensors");
  EXPECT_THAT(hub.notes, ElementsAre(HasSubstr("pytorch_model.bin")));
}

TEST(WeightsSource, NamesTheCandidatesOfAnUnclearFolder) {
  EXPECT_THAT(OpenWeightsSource(Folder({"a.safetensors", "b.pt"})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("a.safetensors, b.pt")));
}

TEST(WeightsSource, SaysWhatAFolderWithoutWeightsIs) {
  const std::string dir = Folder({"readme.md"});
  EXPECT_THAT(OpenWeightsSource(dir), StatusIs(absl::StatusCode::kNotFound,
                                               HasSubstr("found no weights")));
  ASSERT_OK(MakeDirectories(JoinPath(dir, "snapshots/1234")));
  EXPECT_THAT(
      OpenWeightsSource(dir),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("snapshots/<revision>")));
  EXPECT_THAT(OpenWeightsSource(JoinPath(dir, "absent")),
              StatusIs(absl::StatusCode::kNotFound));
}

std::string FolderOfParts(const std::string& index) {
  const std::string dir = Folder(
      {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"});
  EXPECT_OK(WriteFileAtomically(JoinPath(dir, "model.safetensors.index.json"),
                                index));
  return dir;
}

constexpr char kIndex[] =
    R"({"weight_map": {"a": "model-00001-of-00002.safetensors",
                       "b": "model-00002-of-00002.safetensors"}})";

TEST(WeightsSource, OpensTheIndexOfSeveralFiles) {
  const std::string dir = FolderOfParts(kIndex);
  for (const std::string& name :
       {dir, JoinPath(dir, "model.safetensors.index.json")}) {
    ASSERT_OK_AND_ASSIGN(const WeightsSource source, OpenWeightsSource(name));
    EXPECT_THAT(source.files, SizeIs(2));
    EXPECT_EQ(source.part_of.at("b"), "model-00002-of-00002.safetensors");
  }
}

TEST(WeightsSource, NamesOnePartAsSuch) {
  const std::string dir = FolderOfParts(kIndex);
  EXPECT_THAT(
      OpenWeightsSource(JoinPath(dir, "model-00001-of-00002.safetensors")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("is part 1 of 2 of a model's weights")));
}

TEST(WeightsSource, AsksForTheIndexOfParts) {
  const std::string dir = Folder({"model-00002-of-00003.safetensors"});
  const auto is_asked = StatusIs(
      absl::StatusCode::kNotFound,
      AllOf(HasSubstr("model-00002-of-00003.safetensors is part 2 of 3"),
            HasSubstr("without their index")));
  EXPECT_THAT(OpenWeightsSource(dir), is_asked);
  Folder(
      {"model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors"});
  EXPECT_THAT(OpenWeightsSource(dir), is_asked);
}

// transformers' save_pretrained(variant="fp16").
TEST(WeightsSource, OpensTheIndexOfAVariant) {
  const std::string dir = Folder({"model.fp16-00001-of-00002.safetensors",
                                  "model.fp16-00002-of-00002.safetensors"});
  ASSERT_OK(WriteFileAtomically(
      JoinPath(dir, "model.safetensors.index.fp16.json"),
      R"({"weight_map": {"a": "model.fp16-00001-of-00002.safetensors",
                         "b": "model.fp16-00002-of-00002.safetensors"}})"));
  ASSERT_OK_AND_ASSIGN(const WeightsSource source, OpenWeightsSource(dir));
  EXPECT_THAT(source.files, SizeIs(2));
}

TEST(WeightsSource, TrustsNoIndex) {
  EXPECT_THAT(OpenWeightsSource(FolderOfParts("{}")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("weight_map")));
  EXPECT_THAT(OpenWeightsSource(FolderOfParts("{\"weight_map\": [1]}")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("weight_map")));
  EXPECT_THAT(OpenWeightsSource(FolderOfParts(
                  R"({"weight_map": {"a": "../../etc/passwd"}})")),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("expected one in the same folder")));
  EXPECT_THAT(
      OpenWeightsSource(FolderOfParts(R"({"weight_map": {"a": "absent"}})")),
      StatusIs(absl::StatusCode::kNotFound,
               AllOf(HasSubstr("absent"), HasSubstr("index.json names"))));
}

}  // namespace
}  // namespace maskfill
