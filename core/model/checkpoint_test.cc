#include "core/model/checkpoint.h"

#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "ATen/ops/ones.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

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
  return checkpoint;
}

std::string Save(const Checkpoint& checkpoint) {
  const std::string dir = JoinPath(TestDirectory(), "model");
  EXPECT_OK(WriteCheckpoint(dir, checkpoint));
  return dir;
}

TEST(Checkpoint, HoldsNoValueThatNoWeightHas) {
  Checkpoint checkpoint = TinyCheckpoint();
  checkpoint.tensors["visual.proj"] = checkpoint.tensors["visual.proj"].clone();
  checkpoint.tensors["visual.proj"][0][0] = std::nanf("");
  const auto refused = StatusIs(absl::StatusCode::kDataLoss,
                                HasSubstr("\"visual.proj\" holds nan"));
  const std::string dir = JoinPath(TestDirectory(), "model");
  EXPECT_THAT(WriteCheckpoint(dir, checkpoint), refused);
  // Written by somebody else.
  Save(TinyCheckpoint());
  ASSERT_OK(WriteSafetensors(JoinPath(dir, kModelFile), checkpoint.tensors));
  EXPECT_THAT(LoadCheckpoint(dir), refused);
}

TEST(Checkpoint, ComesBackAsSaved) {
  const Checkpoint saved = TinyCheckpoint();
  const std::string dir = JoinPath(TestDirectory(), "runs/a/model");
  ASSERT_OK_AND_ASSIGN(const std::string fingerprint,
                       WriteCheckpoint(dir, saved));
  ASSERT_OK_AND_ASSIGN(const Checkpoint loaded, LoadCheckpoint(dir));
  EXPECT_EQ(ToProto(loaded.config).SerializeAsString(),
            ToProto(saved.config).SerializeAsString());
  ASSERT_EQ(loaded.tensors.size(), saved.tensors.size());
  for (const auto& [name, tensor] : saved.tensors) {
    EXPECT_TRUE(loaded.tensors.at(name).equal(tensor)) << name;
  }
  EXPECT_EQ(loaded.fingerprint, fingerprint);
  ASSERT_OK_AND_ASSIGN(const CheckpointFile file, CheckpointFile::Open(dir));
  EXPECT_EQ(file.fingerprint(), fingerprint);
  EXPECT_THAT(ListDirectory(dir),
              IsOkAndHolds(ElementsAre(kConfigFile, kModelFile)));
}

TEST(Checkpoint, IsMappedAsItWasOpened) {
  const Checkpoint saved = TinyCheckpoint();
  const std::string dir = Save(saved);
  ASSERT_OK_AND_ASSIGN(const CheckpointFile opened, CheckpointFile::Open(dir));
  // Another one takes its place.
  Checkpoint other = TinyCheckpoint();
  other.tensors["visual.proj"] = at::ones({8, 6});
  Save(other);
  std::shared_ptr<const MappedFile> file;
  ASSERT_OK_AND_ASSIGN(const Checkpoint mapped, opened.Map(&file));
  EXPECT_EQ(mapped.fingerprint, opened.fingerprint());
  for (const auto& [name, tensor] : saved.tensors) {
    EXPECT_TRUE(mapped.tensors.at(name).equal(tensor)) << name;
  }
  EXPECT_OK(file->CheckUnchanged());
}

TEST(Checkpoint, IsNotMappedDamaged) {
  const std::string dir = Save(TinyCheckpoint());
  const std::string path = JoinPath(dir, kModelFile);
  ASSERT_OK_AND_ASSIGN(const CheckpointFile opened, CheckpointFile::Open(dir));
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
          .seekp(-4, std::ios::end)
      << "xxxx";
  std::shared_ptr<const MappedFile> file;
  EXPECT_THAT(opened.Map(&file),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is damaged")));
}

TEST(Checkpoint, EqualCheckpointsHaveEqualBytes) {
  const std::string dir = TestDirectory();
  for (const char* name : {"a", "b"}) {
    ASSERT_OK(WriteCheckpoint(JoinPath(dir, name), TinyCheckpoint()));
  }
  for (const char* file : {kModelFile, kConfigFile}) {
    ASSERT_OK_AND_ASSIGN(const std::string a,
                         ReadFile(JoinPath(JoinPath(dir, "a"), file)));
    EXPECT_THAT(ReadFile(JoinPath(JoinPath(dir, "b"), file)), IsOkAndHolds(a));
  }
}

TEST(Checkpoint, FingerprintCoversWeightsAndConfiguration) {
  const std::string dir = TestDirectory();
  Checkpoint checkpoint = TinyCheckpoint();
  ASSERT_OK_AND_ASSIGN(const std::string first,
                       WriteCheckpoint(JoinPath(dir, "a"), checkpoint));
  checkpoint.config.activation = Activation::kQuickGelu;
  ASSERT_OK_AND_ASSIGN(const std::string second,
                       WriteCheckpoint(JoinPath(dir, "b"), checkpoint));
  checkpoint.tensors["visual.proj"] = at::ones({8, 6});
  ASSERT_OK_AND_ASSIGN(const std::string third,
                       WriteCheckpoint(JoinPath(dir, "c"), checkpoint));
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

TEST(Checkpoint, WrongConfigurationIsDataLoss) {
  const std::string dir = Save(TinyCheckpoint());
  // Without config.json's digest: it was edited by intent.
  ASSERT_OK(
      WriteSafetensors(JoinPath(dir, kModelFile), TinyCheckpoint().tensors));
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

void ExpectDataLoss(const std::string& dir, const std::string& file) {
  EXPECT_THAT(LoadCheckpoint(dir),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(file)));
}

TEST(Checkpoint, AFlippedBitAnywhereIsDataLossThatNamesTheFile) {
  const std::string dir = Save(TinyCheckpoint());
  for (const char* file : {kModelFile, kConfigFile}) {
    const std::string path = JoinPath(dir, file);
    ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
    for (size_t at = 0; at < bytes.size(); at += 37) {
      std::string flipped = bytes;
      flipped[at] ^= static_cast<char>(1 << (at % 8));
      ASSERT_OK(WriteFileUnsynced(path, flipped));
      ExpectDataLoss(dir, file);
    }
    ASSERT_OK(WriteFileUnsynced(path, ""));
    ExpectDataLoss(dir, file);
    ASSERT_OK(WriteFileUnsynced(path, bytes));
  }
  EXPECT_OK(LoadCheckpoint(dir));
}

TEST(Checkpoint, AChangedDigitOfTheConfigurationIsSeen) {
  const std::string dir = Save(TinyCheckpoint());
  const std::string path = JoinPath(dir, kConfigFile);
  ASSERT_OK_AND_ASSIGN(const std::string json, ReadFile(path));
  ASSERT_OK(WriteFileAtomically(
      path, absl::StrReplaceAll(json, {{"\"heads\": 2", "\"heads\": 4"}})));
  EXPECT_THAT(CheckpointFile::Open(dir).status(),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("is not what was written with")));
}

// Weights of others are as good: what they are is computed.
TEST(Checkpoint, TheFingerprintIsThatOfAFileWithoutChecksums) {
  const std::string dir = Save(TinyCheckpoint());
  const std::string fingerprint = LoadCheckpoint(dir).value().fingerprint;
  const std::string path = JoinPath(dir, kModelFile);
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  ASSERT_OK_AND_ASSIGN(const auto reader, SafetensorsReader::Open(path));
  SafetensorsHeader header = reader->header();
  header.metadata.clear();
  for (SafetensorsEntry& entry : header.entries) entry.crc32c.clear();
  ASSERT_OK(WriteFileAtomically(
      path, FormatSafetensorsHeader(header) +
                bytes.substr(bytes.size() - header.entries.back().end)));
  ASSERT_OK_AND_ASSIGN(const CheckpointFile file, CheckpointFile::Open(dir));
  EXPECT_EQ(file.fingerprint(), fingerprint);
  EXPECT_OK(LoadCheckpoint(dir));
}

TEST(CheckpointFile, TakesItsFingerprintFromTheHeaderAlone) {
  const std::string dir = Save(TinyCheckpoint());
  const std::string fingerprint = LoadCheckpoint(dir).value().fingerprint;
  const std::string path = JoinPath(dir, kModelFile);
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path));
  bytes.back() ^= 1;
  ASSERT_OK(WriteFileAtomically(path, bytes));
  ASSERT_OK_AND_ASSIGN(const CheckpointFile file, CheckpointFile::Open(dir));
  EXPECT_EQ(file.fingerprint(), fingerprint);
  EXPECT_THAT(file.Load(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(CheckpointFile, LoadsWhatWasFingerprintedWhenAnotherTakesItsPlace) {
  Checkpoint checkpoint = TinyCheckpoint();
  const std::string dir = Save(checkpoint);
  ASSERT_OK_AND_ASSIGN(const CheckpointFile file, CheckpointFile::Open(dir));
  checkpoint.tensors["visual.proj"] = at::ones({8, 6});
  ASSERT_OK(WriteCheckpoint(dir, checkpoint));
  ASSERT_OK_AND_ASSIGN(const Checkpoint loaded, file.Load());
  EXPECT_EQ(loaded.fingerprint, file.fingerprint());
  EXPECT_FALSE(loaded.tensors.at("visual.proj").equal(at::ones({8, 6})));
  ASSERT_OK_AND_ASSIGN(const CheckpointFile other, CheckpointFile::Open(dir));
  EXPECT_NE(other.fingerprint(), file.fingerprint());
}

TEST(CheckpointFile, FailsWhenTheBytesItFingerprintedWereEdited) {
  Checkpoint checkpoint = TinyCheckpoint();
  const std::string dir = Save(checkpoint);
  ASSERT_OK_AND_ASSIGN(const CheckpointFile file, CheckpointFile::Open(dir));
  checkpoint.tensors["visual.proj"] = at::ones({8, 6});
  const std::string other = JoinPath(Dirname(dir), "other");
  ASSERT_OK(WriteCheckpoint(other, checkpoint));
  ASSERT_OK_AND_ASSIGN(const std::string bytes,
                       ReadFile(JoinPath(other, kModelFile)));
  ASSERT_OK(WriteFileUnsynced(JoinPath(dir, kModelFile), bytes));
  EXPECT_THAT(file.Load(),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("tensor \"visual.proj\" is damaged")));
}

TEST(Checkpoint, WhatDoesNotFitIsNotWritten) {
  const std::string parent = TestDirectory();
  Checkpoint checkpoint = TinyCheckpoint();
  checkpoint.tensors.erase("visual.proj");
  EXPECT_THAT(WriteCheckpoint(JoinPath(parent, "model"), checkpoint),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(ListDirectory(parent), IsOkAndHolds(ElementsAre()));
}

}  // namespace
}  // namespace maskfill
