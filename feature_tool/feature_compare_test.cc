#include "feature_tool/feature_compare.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/feature_values.h"
#include "core/record/record_set.h"
#include "core/work/shards.h"
#include "feature_tool/feature_compare_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int64_t kImages = 3;

// How a set of features is made, for images 0, 1 and 2 in two shards.
struct SetOptions {
  std::map<std::string, std::string> how = {};  // of the counterfactuals
  uint64_t seed = 5;
  int64_t variants = 1;
  std::string dtype = "float32";
  std::vector<std::string> checkpoints = {"first", "second"};
  // Value 0 of the second checkpoint's two features; all others are 1.
  std::function<float(int64_t image, int64_t variant)> value =
      [](int64_t, int64_t) { return 1.0f; };
  std::function<void(v1::FeatureRecord*)> edit = [](auto*) {};
};

class FeatureCompareTest : public testing::Test {
 protected:
  FeatureCompareTest()
      : dir_(TestDirectory()),
        images_(WriteTestImages(JoinPath(dir_, "images"),
                                {.num_images = kImages})) {}

  RecordSet Write(
      const std::string& name, const Work& work, const std::string& type,
      int64_t variants,
      const std::function<absl::Status(int64_t image, int64_t variant,
                                       ShardSink& sink)>& append) {
    RunOptions run;
    run.output = JoinPath(dir_, name);
    run.progress = ProgressMode::kNone;
    ShardSpec spec;
    spec.work = work;
    spec.record_type = type;
    spec.name = "set";
    spec.num_shards = images_.num_shards();
    EXPECT_OK(MakeShards(run, spec, [&](int64_t shard, ShardSink& sink) {
      const int64_t end = shard + 1 == images_.num_shards()
                              ? kImages
                              : images_.ShardBegin(shard + 1);
      for (int64_t i = images_.ShardBegin(shard); i < end; ++i) {
        for (int64_t variant = 0; variant < variants; ++variant) {
          RETURN_IF_ERROR(append(i, variant, sink));
        }
      }
      return absl::OkStatus();
    }));
    return *RecordSet::Open(run.output, type);
  }

  RecordSet WriteCounterfactuals(const std::string& name,
                                 const SetOptions& options) {
    Work work{.tool = "mask_tool", .seed = options.seed};
    for (const auto& [option, value] : options.how) {
      work.AddOption(option, value);
    }
    work.AddNumber("variants", options.variants);
    work.AddInput(images_.AsInput("images"));
    return Write(name, work, "maskfill.v1.CounterfactualRecord",
                 options.variants,
                 [](int64_t i, int64_t variant, ShardSink& sink) {
                   v1::CounterfactualRecord record;
                   record.set_schema_version(1);
                   record.set_id(absl::StrCat("image-", i));
                   record.set_variant(static_cast<int32_t>(variant));
                   return sink.Append(record);
                 });
  }

  // The features of `source` as a set. Gives its directory.
  std::string WriteFeatures(const std::string& name, const RecordSet& source,
                            const std::string& role,
                            const SetOptions& options) {
    Work work{.tool = "feature_tool"};
    work.AddOption("dtype", options.dtype);
    work.AddOption("precision", "fp32");
    work.AddInput(source.AsInput(role));
    for (size_t n = 0; n < options.checkpoints.size(); ++n) {
      work.AddInput(CheckpointRole(static_cast<int64_t>(n)),
                    "models/" + options.checkpoints[n], options.checkpoints[n]);
    }
    return Write(name, work, "maskfill.v1.FeatureRecord", options.variants,
                 [&](int64_t i, int64_t variant, ShardSink& sink) {
                   v1::FeatureRecord record;
                   record.set_schema_version(1);
                   record.set_id(absl::StrCat("image-", i));
                   record.set_variant(static_cast<int32_t>(variant));
                   record.set_dtype(options.dtype);
                   for (size_t n = 0; n < options.checkpoints.size(); ++n) {
                     const float values[] = {
                         n == 1 ? options.value(i, variant) : 1.0f, 1.0f};
                     v1::FeatureVector& vector = *record.add_features();
                     vector.set_dim(2);
                     vector.set_values(values, sizeof(values));
                   }
                   options.edit(&record);
                   return sink.Append(record);
                 })
        .dir();
  }

  std::string Clean(SetOptions options = {}) {
    return WriteFeatures("clean", images_, "images", options);
  }
  std::string OfCounterfactuals(const std::string& name, SetOptions options) {
    return WriteFeatures(name, WriteCounterfactuals("cf-" + name, options),
                         "counterfactuals", options);
  }

  FeatureCompareOptions Options(const std::string& clean,
                                const std::vector<std::string>& features) {
    FeatureCompareOptions options;
    options.clean = clean;
    options.features = features;
    options.run.output = JoinPath(dir_, "disagreement.json");
    options.run.progress = ProgressMode::kNone;
    return options;
  }
  absl::StatusOr<FeatureCompareReport> Compare(
      const std::vector<std::string>& features) {
    return CompareFeatures(Options(JoinPath(dir_, "clean"), features));
  }

  const std::string dir_;
  const RecordSet images_;
};

const std::map<std::string, std::string> kObject = {{"mask", "object"},
                                                    {"threshold", "0.3"},
                                                    {"fill", "single"},
                                                    {"donors", "any"}};

TEST_F(FeatureCompareTest, MeansOverVariantsAndImagesWithTheFloor) {
  SetOptions clean;
  // (1 - 3)^2 / 2 = 2 for each image.
  clean.value = [](int64_t, int64_t) { return 3.0f; };
  SetOptions object{.how = kObject, .variants = 2};
  // Variants of image i: (1 - (1 + i))^2 / 2 = i^2 / 2, and four times that:
  // together 1.25 i^2, that is 0, 1.25 and 5. Their mean is 25 / 12; the
  // deviations -25/12, -10/12 and 35/12, their squares 1950 / 144, the error
  // sqrt(1950 / 144 / 2 / 3).
  object.value = [](int64_t image, int64_t variant) {
    return 1.0f + static_cast<float>(image * (variant + 1));
  };
  ASSERT_OK_AND_ASSIGN(
      const FeatureCompareReport report,
      CompareFeatures(
          Options(Clean(clean), {OfCounterfactuals("object", object)})));
  EXPECT_EQ(report.seed, 5u);
  EXPECT_EQ(report.checkpoints[1].dir, "models/second");
  EXPECT_EQ(report.clean.images, kImages);
  EXPECT_EQ(report.clean.mean, 2);
  EXPECT_EQ(report.clean.standard_error, 0);
  ASSERT_EQ(report.rows.size(), 1u);
  EXPECT_EQ(report.rows[0].variants, 2);
  const FeatureDisagreement& found = report.rows[0].disagreement;
  EXPECT_EQ(found.images, kImages);
  EXPECT_NEAR(found.mean, 25.0 / 12, 1e-12);
  EXPECT_NEAR(found.standard_error, std::sqrt(1950.0 / 144 / 6), 1e-12);
}

// A mask by CAM without fill is the same in every variant.
TEST_F(FeatureCompareTest, HoldsSetsOfSeveralVariantsBesideSetsOfOne) {
  SetOptions two{.how = kObject, .variants = 2};
  // (1 - 2)^2 / 2 and (1 - 4)^2 / 2: together 2.5 for each image.
  two.value = [](int64_t, int64_t variant) {
    return static_cast<float>(2 + 2 * variant);
  };
  SetOptions one{.how = kObject};
  one.value = [](int64_t, int64_t) { return 5.0f; };  // (1 - 5)^2 / 2
  ASSERT_OK_AND_ASSIGN(
      const FeatureCompareReport report,
      CompareFeatures(Options(Clean(), {OfCounterfactuals("two", two),
                                        OfCounterfactuals("one", one)})));
  ASSERT_EQ(report.rows.size(), 2u);
  EXPECT_EQ(report.rows[0].variants, 2);
  EXPECT_EQ(report.rows[0].disagreement.mean, 2.5);
  EXPECT_EQ(report.rows[1].variants, 1);
  EXPECT_EQ(report.rows[1].disagreement.mean, 8);
}

TEST_F(FeatureCompareTest, WritesARowForEachCell) {
  const std::map<std::string, std::string> matched = {
      {"mask", "random"},
      {"threshold", "0.4"},
      {"rate_from", "object masks"},
      {"fill", "grey"}};
  const std::map<std::string, std::string> random = {{"mask", "random"},
                                                     {"rate", "0.5"},
                                                     {"fill", "multi"},
                                                     {"donors", "any"}};
  ASSERT_OK_AND_ASSIGN(
      const FeatureCompareReport report,
      CompareFeatures(
          Options(Clean(), {OfCounterfactuals("object", {.how = kObject}),
                            OfCounterfactuals("random", {.how = random}),
                            OfCounterfactuals("matched", {.how = matched})})));
  ASSERT_OK_AND_ASSIGN(const std::string text,
                       ReadFile(JoinPath(dir_, "disagreement.json")));
  EXPECT_EQ(text, ToJson(report));
  const nlohmann::json json = nlohmann::json::parse(text);
  EXPECT_EQ(json["images"], kImages);
  EXPECT_EQ(json["checkpoints"][0]["fingerprint"], "first");
  ASSERT_EQ(json["rows"].size(), 3u);
  const nlohmann::json& object = json["rows"][0];
  EXPECT_EQ(object["mask"], "object");
  EXPECT_EQ(object["threshold"], 0.3);
  EXPECT_EQ(object["fill"], "single");
  EXPECT_EQ(object["disagreement"], 0.0);
  EXPECT_EQ(object["clean"], 0.0);
  EXPECT_EQ(json["rows"][1]["rate"], 0.5);
  EXPECT_FALSE(json["rows"][1].contains("threshold"));
  EXPECT_EQ(json["rows"][2]["rate_from"], "object masks");
  EXPECT_FALSE(json["rows"][2].contains("donors"));
  EXPECT_THAT(
      ToMarkdown(report),
      AllOf(HasSubstr("| none: clean images |"),
            HasSubstr("| object, threshold 0.3 | single | any | 1 | 0 |"),
            HasSubstr("| random, rate 0.5 | multi |"),
            HasSubstr("as many as object masks, threshold 0.4")));
}

TEST_F(FeatureCompareTest, RefusesSetsThatDoNotBelongTogether) {
  Clean();
  const std::string object = OfCounterfactuals("object", {.how = kObject});
  const auto refused = [](const std::string& text) {
    return StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(text));
  };
  EXPECT_THAT(
      Compare({object, OfCounterfactuals("seed", {.how = kObject, .seed = 6})}),
      refused("drawn with the seeds 6 and 5"));
  EXPECT_THAT(
      Compare({OfCounterfactuals(
          "other", {.how = kObject, .checkpoints = {"first", "third"}})}),
      refused("checkpoint_1 is third (\"models/third\") and second"));
  EXPECT_THAT(
      Compare({OfCounterfactuals(
          "three", {.how = kObject, .checkpoints = {"first", "second", "c"}})}),
      refused("of 3 checkpoints"));
  EXPECT_THAT(Compare({JoinPath(dir_, "clean")}),
              refused("that of the images is --clean"));
  EXPECT_THAT(CompareFeatures(Options(object, {object})), refused("--clean: "));
  EXPECT_THAT(Compare({images_.dir()}),
              refused("holds maskfill.v1.ImageRecord"));
}

TEST_F(FeatureCompareTest, RefusesOtherImagesAndOtherArithmetic) {
  const std::string object = OfCounterfactuals("object", {.how = kObject});
  const RecordSet others = WriteTestImages(JoinPath(dir_, "others"),
                                           {.num_images = kImages, .seed = 1});
  EXPECT_THAT(
      CompareFeatures(Options(
          WriteFeatures("clean-others", others, "images", {}), {object})),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("they are of the images"),
                     HasSubstr(others.manifest().content_fingerprint()))));
  SetOptions half;
  half.dtype = "float16";
  EXPECT_THAT(CompareFeatures(Options(
                  WriteFeatures("half", images_, "images", half), {object})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("--dtype is float32 and float16")));
}

TEST_F(FeatureCompareTest, SaysWhenTheCounterfactualsAreGoneOrOthers) {
  Clean();
  const std::string object = OfCounterfactuals("object", {.how = kObject});
  ASSERT_OK(RemoveTree(JoinPath(dir_, "cf-object")));
  EXPECT_THAT(Compare({object}), StatusIs(absl::StatusCode::kFailedPrecondition,
                                          AllOf(HasSubstr("cf-object"),
                                                HasSubstr("not to be found"))));
  WriteCounterfactuals("cf-object", {.how = kObject, .seed = 9});
  EXPECT_THAT(Compare({object}), StatusIs(absl::StatusCode::kFailedPrecondition,
                                          HasSubstr("which are others now")));
}

TEST_F(FeatureCompareTest, ReportsRecordsThatDoNotFit) {
  Clean();
  SetOptions renamed{.how = kObject};
  renamed.edit = [](v1::FeatureRecord* record) {
    if (record->id() == "image-2") record->set_id("image-7");
  };
  EXPECT_THAT(
      Compare({OfCounterfactuals("renamed", renamed)}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("hold other images")));
  SetOptions swapped{.how = kObject, .variants = 2};
  swapped.edit = [](v1::FeatureRecord* record) {
    record->set_variant(1 - record->variant());
  };
  EXPECT_THAT(Compare({OfCounterfactuals("swapped", swapped)}),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("variant 1 of image \"image-0\" is where "
                                 "variant 0")));
  SetOptions shorter{.how = kObject};
  shorter.edit = [](v1::FeatureRecord* record) {
    record->mutable_features(1)->set_dim(1);
    record->mutable_features(1)->mutable_values()->resize(4);
  };
  EXPECT_THAT(Compare({OfCounterfactuals("shorter", shorter)}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("have 2 and 1 features")));
}

TEST_F(FeatureCompareTest, FindsAFinishedReportAndRefusesToMixIt) {
  const std::string clean = Clean();
  const std::string object = OfCounterfactuals("object", {.how = kObject});
  ASSERT_OK(Compare({object}));
  ASSERT_OK(Compare({object}));
  const std::string other = OfCounterfactuals(
      "other",
      {.how = {{"mask", "random"}, {"rate", "0.5"}, {"fill", "multi"}}});
  EXPECT_THAT(Compare({object, other}),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace maskfill
