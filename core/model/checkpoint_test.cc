#include "core/model/checkpoint.h"

#include <string>
#include <utility>

#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/model/random_weights.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Checkpoint TinyCheckpoint() {
  Checkpoint checkpoint;
  ModelConfig& config = checkpoint.config;
  config.activation = Activation::kGelu;
  config.embed_dim = 6;
  config.vision = {.width = 8, .heads = 2, .layers = 2, .mlp_width = 16};
  config.image_size = 8;
  config.patch_size = 4;
  config.text = {.width = 4, .heads = 1, .layers = 1, .mlp_width = 8};
  config.context_length = 5;
  config.vocab_size = 7;
  config.num_classes = 2;
  config.class_names = {"cat", "tench, Tinca tinca"};
  checkpoint.tensors = RandomWeights(config, 1);
  checkpoint.provenance.set_tool("test");
  (*checkpoint.provenance.mutable_notes())["b"] = "2";
  (*checkpoint.provenance.mutable_notes())["a"] = "1";
  return checkpoint;
}

std::string Save(const Checkpoint& checkpoint) {
  const std::string dir = JoinPath(TestDirectory(), "model");
  EXPECT_OK(SaveCheckpoint(dir, checkpoint));
  return dir;
}

TEST(Checkpoint, ComesBackAsSaved) {
  const Checkpoint saved = TinyCheckpoint();
  const std::string dir = JoinPath(TestDirectory(), "runs/a/model");
  ASSERT_OK_AND_ASSIGN(const std::string fingerprint,
                       SaveCheckpoint(dir, saved));
  ASSERT_OK_AND_ASSIGN(const Checkpoint loaded, LoadCheckpoint(dir));
  EXPECT_EQ(ToProto(loaded.config).SerializeAsString(),
            ToProto(saved.config).SerializeAsString());
  ASSERT_EQ(loaded.tensors.size(), saved.tensors.size());
  for (const auto& [name, tensor] : saved.tensors) {
    EXPECT_TRUE(loaded.tensors.at(name).equal(tensor)) << name;
  }
  EXPECT_EQ(loaded.provenance.notes().at("a"), "1");
  EXPECT_EQ(loaded.fingerprint, fingerprint);
  EXPECT_THAT(CheckpointFingerprint(dir), IsOkAndHolds(fingerprint));
  EXPECT_THAT(
      ListDirectory(dir),
      IsOkAndHolds(ElementsAre(kConfigFile, kModelFile, kProvenanceFile)));
  // No temporary is left beside it.
  EXPECT_THAT(ListDirectory(Dirname(dir)), IsOkAndHolds(ElementsAre("model")));
}

TEST(Checkpoint, EqualCheckpointsHaveEqualBytes) {
  const std::string dir = TestDirectory();
  for (const char* name : {"a", "b"}) {
    ASSERT_OK(SaveCheckpoint(JoinPath(dir, name), TinyCheckpoint()));
  }
  for (const char* file : {kModelFile, kConfigFile, kProvenanceFile}) {
    ASSERT_OK_AND_ASSIGN(const std::string a,
                         ReadFile(JoinPath(JoinPath(dir, "a"), file)));
    EXPECT_THAT(ReadFile(JoinPath(JoinPath(dir, "b"), file)), IsOkAndHolds(a));
  }
}

// A protobuf map iterates in an order that changes from one process, and from
// one map, to the next.
TEST(Checkpoint, NotesAreWrittenInTheOrderOfTheirNames) {
  Checkpoint checkpoint = TinyCheckpoint();
  checkpoint.provenance.clear_notes();
  std::string expected = "{\n  \"notes\": {\n";
  for (char c = 'z'; c >= 'a'; --c) {
    (*checkpoint.provenance.mutable_notes())[std::string(1, c)] = "\"1\"";
  }
  for (char c = 'a'; c <= 'z'; ++c) {
    expected += std::string("    \"") + c + "\": \"\\\"1\\\"\"" +
                (c < 'z' ? ",\n" : "\n");
  }
  expected += "  },\n  \"tool\": \"test\"\n}\n";
  EXPECT_THAT(ReadFile(JoinPath(Save(checkpoint), kProvenanceFile)),
              IsOkAndHolds(expected));
}

TEST(Checkpoint, FingerprintCoversWeightsAndConfiguration) {
  const std::string dir = TestDirectory();
  Checkpoint checkpoint = TinyCheckpoint();
  ASSERT_OK_AND_ASSIGN(const std::string first,
                       SaveCheckpoint(JoinPath(dir, "a"), checkpoint));
  checkpoint.config.activation = Activation::kQuickGelu;
  ASSERT_OK_AND_ASSIGN(const std::string second,
                       SaveCheckpoint(JoinPath(dir, "b"), checkpoint));
  checkpoint.tensors["visual.proj"] = at::zeros({8, 6});
  ASSERT_OK_AND_ASSIGN(const std::string third,
                       SaveCheckpoint(JoinPath(dir, "c"), checkpoint));
  EXPECT_NE(first, second);
  EXPECT_NE(second, third);
}

TEST(Checkpoint, HalfPrecisionWeightsBecomeFloat) {
  const Checkpoint checkpoint = TinyCheckpoint();
  const std::string dir = Save(checkpoint);
  ASSERT_OK(
      WriteSafetensors(JoinPath(dir, kModelFile),
                       MoveTensors(checkpoint.tensors, at::kCPU, at::kHalf)));
  ASSERT_OK_AND_ASSIGN(const Checkpoint loaded, LoadCheckpoint(dir));
  EXPECT_EQ(loaded.tensors.at("visual.proj").scalar_type(), at::kFloat);
}

TEST(Checkpoint, WhatIsMissingIsNamed) {
  const std::string none = JoinPath(TestDirectory(), "none");
  EXPECT_THAT(LoadCheckpoint(none),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr(none), HasSubstr("import_model"))));
  for (const char* file : {kModelFile, kConfigFile}) {
    const std::string dir = Save(TinyCheckpoint());
    ASSERT_OK(RemoveFile(JoinPath(dir, file)));
    EXPECT_THAT(LoadCheckpoint(dir),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr(file)));
  }
}

TEST(Checkpoint, ProvenanceMayBeMissing) {
  const std::string dir = Save(TinyCheckpoint());
  ASSERT_OK(RemoveFile(JoinPath(dir, kProvenanceFile)));
  EXPECT_OK(LoadCheckpoint(dir));
}

TEST(Checkpoint, WeightsThatDoNotFitTheConfigurationAreListed) {
  const Checkpoint checkpoint = TinyCheckpoint();
  const std::string dir = Save(checkpoint);
  NamedTensors tensors = checkpoint.tensors;
  tensors["visual.proj"] = at::zeros({8, 9});
  tensors.erase("visual.ln_pre.bias");
  tensors["visual.extra"] = at::zeros({1});
  ASSERT_OK(WriteSafetensors(JoinPath(dir, kModelFile), tensors));
  EXPECT_THAT(
      LoadCheckpoint(dir),
      StatusIs(
          absl::StatusCode::kDataLoss,
          AllOf(HasSubstr(dir),
                HasSubstr("\"visual.ln_pre.bias\" is missing, expected shape "
                          "[8]"),
                HasSubstr("\"visual.proj\" has shape [8, 9], expected [8, 6]"),
                HasSubstr("\"visual.extra\" of shape [1] is not expected"))));
}

// 8 + 12 * 2 of the image tower, 6 + 12 of the text tower and 2 of the head:
// 52, of which 5 are listed.
TEST(Checkpoint, OnlyTheFirstFewWrongTensorsAreListed) {
  const Checkpoint checkpoint = TinyCheckpoint();
  EXPECT_THAT(
      CheckTensors(checkpoint.config, {}),
      StatusIs(absl::StatusCode::kDataLoss,
               AllOf(HasSubstr("classifier.bias"), HasSubstr("and 47 more"),
                     Not(HasSubstr("visual")))));
}

TEST(Checkpoint, IntegerWeightsAreRefused) {
  Checkpoint checkpoint = TinyCheckpoint();
  checkpoint.tensors["classifier.bias"] = at::zeros({2}, at::kLong);
  EXPECT_THAT(CheckTensors(checkpoint.config, checkpoint.tensors),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"classifier.bias\" is Long")));
}

TEST(Checkpoint, LogitScaleMayStandWithoutTextTower) {
  Checkpoint checkpoint = TinyCheckpoint();
  const at::Tensor logit_scale = checkpoint.tensors.at("logit_scale");
  checkpoint.config.text = {};
  NamedTensors tensors = RandomWeights(checkpoint.config, 1);
  EXPECT_OK(CheckTensors(checkpoint.config, tensors));
  tensors["logit_scale"] = logit_scale;
  EXPECT_OK(CheckTensors(checkpoint.config, tensors));
}

TEST(Checkpoint, DamagedConfigurationIsDataLoss) {
  const std::string dir = Save(TinyCheckpoint());
  const std::string path = JoinPath(dir, kConfigFile);
  ASSERT_OK_AND_ASSIGN(const std::string json, ReadFile(path));
  const std::pair<std::string, std::string> changes[] = {
      {"{", "["},
      {"\"activation\": \"gelu\"", "\"activation\": \"relu\""},
      {"\"embed_dim\": 6", "\"embed_dim\": -6"},
      {"\"embed_dim\": 6", "\"embed_dim\": \"many\""},
      {"\"embed_dim\": 6", "\"unknown\": 6"},
      {"\"schema_version\": 1", "\"schema_version\": 2"},
  };
  for (const auto& [from, to] : changes) {
    const std::string changed = absl::StrReplaceAll(json, {{from, to}});
    ASSERT_NE(changed, json) << from;
    ASSERT_OK(WriteFileAtomically(path, changed));
    EXPECT_THAT(LoadCheckpoint(dir),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(kConfigFile)))
        << to;
  }
}

TEST(Checkpoint, AnExistingDirectoryIsOnlyReplacedWhenAsked) {
  Checkpoint checkpoint = TinyCheckpoint();
  const std::string dir = Save(checkpoint);
  checkpoint.tensors["visual.proj"] = at::zeros({8, 6});
  EXPECT_THAT(SaveCheckpoint(dir, checkpoint),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("exists already")));
  ASSERT_OK(SaveCheckpoint(dir, checkpoint, {.overwrite = true}));
  ASSERT_OK_AND_ASSIGN(const Checkpoint loaded, LoadCheckpoint(dir));
  EXPECT_TRUE(loaded.tensors.at("visual.proj").equal(at::zeros({8, 6})));
  EXPECT_THAT(ListDirectory(Dirname(dir)), IsOkAndHolds(ElementsAre("model")));
}

TEST(Checkpoint, FurtherFilesComeWithIt) {
  const std::string dir = JoinPath(TestDirectory(), "model");
  SaveCheckpointOptions options;
  options.extra_files = [](const std::string& temporary) {
    return WriteFileAtomically(JoinPath(temporary, "state.pb"), "state");
  };
  ASSERT_OK(SaveCheckpoint(dir, TinyCheckpoint(), options));
  EXPECT_THAT(ReadFile(JoinPath(dir, "state.pb")), IsOkAndHolds("state"));
}

TEST(Checkpoint, AFailedSaveLeavesNothing) {
  const std::string parent = TestDirectory();
  SaveCheckpointOptions options;
  options.extra_files = [](const std::string&) {
    return absl::ResourceExhaustedError("full");
  };
  EXPECT_THAT(
      SaveCheckpoint(JoinPath(parent, "model"), TinyCheckpoint(), options),
      StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(ListDirectory(parent), IsOkAndHolds(ElementsAre()));
}

}  // namespace
}  // namespace maskfill
