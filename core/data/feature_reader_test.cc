#include "core/data/feature_reader.h"

#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/record/feature_values.h"
#include "core/work/shards.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using Edit = std::function<void(v1::FeatureRecord*)>;

template <typename Value>
void AddVector(std::initializer_list<Value> values, v1::FeatureRecord* record) {
  v1::FeatureVector& vector = *record->add_features();
  vector.set_dim(static_cast<int32_t>(values.size()));
  vector.set_values(values.begin(), values.size() * sizeof(Value));
}

class FeatureReaderTest : public testing::Test {
 protected:
  FeatureReaderTest()
      : dir_(TestDirectory()),
        images_(WriteTestImages(JoinPath(dir_, "images"))) {}

  // Features (i, 0.5) by checkpoint "first" and (-i) by "second" of image i,
  // as `edit` leaves them. Gives the directory.
  std::string Write(const Edit& edit = [](auto*) {}) {
    RunOptions run;
    run.output = JoinPath(dir_, "features");
    run.overwrite = true;
    run.progress = ProgressMode::kNone;
    ShardSpec spec;
    spec.work.tool = "feature_tool";
    spec.work.seed = ++written_;
    spec.work.AddInput(images_.AsInput("images"));
    spec.work.AddInput(CheckpointRole(0), "models/first", "first");
    spec.work.AddInput(CheckpointRole(1), "models/second", "second");
    spec.record_type = "maskfill.v1.FeatureRecord";
    spec.name = "set";
    spec.num_shards = 1;
    EXPECT_OK(MakeShards(run, spec, [&](int64_t, ShardSink& sink) {
      for (int64_t i = 0; i < images_.num_records(); ++i) {
        v1::FeatureRecord record;
        record.set_schema_version(1);
        record.set_id(absl::StrCat("image-", i));
        record.set_dtype("float32");
        AddVector<float>({static_cast<float>(i), 0.5f}, &record);
        AddVector<float>({-static_cast<float>(i)}, &record);
        edit(&record);
        RETURN_IF_ERROR(sink.Append(record));
      }
      return absl::OkStatus();
    }));
    return run.output;
  }

  absl::StatusOr<std::vector<float>> ReadOne(
      const Edit& edit, const std::string& checkpoint = "first") {
    ASSIGN_OR_RETURN(const auto reader,
                     FeatureReader::Open(Write(edit), images_, checkpoint));
    return reader->Read(3, "image-3", 0);
  }

  const std::string dir_;
  const RecordSet images_;
  uint64_t written_ = 0;
};

TEST_F(FeatureReaderTest, GivesTheFeaturesOfItsCheckpoint) {
  EXPECT_THAT(ReadOne([](auto*) {}), IsOkAndHolds(ElementsAre(3.0f, 0.5f)));
  EXPECT_THAT(ReadOne([](auto*) {}, "second"),
              IsOkAndHolds(ElementsAre(-3.0f)));
}

TEST_F(FeatureReaderTest, TellsWhoseTheyAreAndHowMany) {
  ASSERT_OK_AND_ASSIGN(const auto reader,
                       FeatureReader::Open(Write(), images_, "second"));
  EXPECT_EQ(reader->num_features(), 1);
  EXPECT_EQ(reader->checkpoint().path(), "models/second");
}

TEST_F(FeatureReaderTest, RefusesOtherSourcesAndCheckpoints) {
  const std::string features = Write();
  const RecordSet others =
      WriteTestImages(JoinPath(dir_, "others"), {.seed = 1});
  EXPECT_THAT(
      FeatureReader::Open(features, others, "first"),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr(images_.manifest().content_fingerprint()),
                     HasSubstr(others.manifest().content_fingerprint()))));
  EXPECT_THAT(FeatureReader::Open(features, images_, "third"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("first (\"models/first\") and second"),
                             HasSubstr("at hand is third"))));
  EXPECT_THAT(FeatureReader::Open(features, images_, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("features of 2 checkpoints"),
                             HasSubstr("say which one is meant"))));
  const RecordSet counterfactuals = WriteTestCounterfactuals(
      JoinPath(dir_, "counterfactuals"), images_, TestSetOptions());
  EXPECT_THAT(FeatureReader::Open(features, counterfactuals, "first"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("made without counterfactuals")));
  EXPECT_THAT(FeatureReader::Open(images_.dir(), images_, "first"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("holds maskfill.v1.ImageRecord")));
}

TEST_F(FeatureReaderTest, RefusesTornRecords) {
  const std::pair<Edit, const char*> cases[] = {
      {[](auto* r) { r->mutable_features(0)->mutable_values()->pop_back(); },
       "has 7 bytes, expected 2 values of 4"},
      {[](auto* r) { r->mutable_features(0)->set_dim(-1); }, "expected -1"},
      {[](auto* r) { r->clear_features(); }, "of 0 checkpoints"},
      {[](auto* r) { r->set_dtype("bfloat16"); }, "dtype \"bfloat16\""},
      {[](auto* r) {
         r->clear_features();
         AddVector<float>({0, NAN}, r);
       },
       "has nan as value 1"},
      {[](auto* r) { r->set_id("other"); }, "of image \"other\" where"},
      {[](auto* r) { r->set_variant(1); }, "features of variant 1"},
  };
  for (const auto& [edit, message] : cases) {
    EXPECT_THAT(ReadOne(edit),
                StatusIs(absl::StatusCode::kDataLoss,
                         AllOf(HasSubstr("image"), HasSubstr(message))));
  }
}

}  // namespace
}  // namespace maskfill
