#include "record_tool/sample.h"

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/decode.h"
#include "core/image/image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Integers = std::vector<int64_t>;
using Floats = std::vector<float>;
using Texts = std::vector<std::string>;

v1::Manifest SetOf(const std::string& record_type) {
  v1::Manifest manifest;
  manifest.set_name("set");
  manifest.set_record_type(record_type);
  manifest.mutable_dataset()->add_class_keys("n0");
  manifest.mutable_dataset()->add_class_keys("n1");
  return manifest;
}

template <typename Record>
absl::StatusOr<Sample> SampleOf(Record record) {
  record.set_schema_version(1);
  record.set_id("a/b.c");
  const auto to_sample =
      ToSampleFunctionFor(SetOf(Record::descriptor()->full_name()));
  EXPECT_OK(to_sample.status());
  return (*to_sample)(record.SerializeAsString(), "shard: record 0");
}

// 1 by 2 pixels.
v1::PixelBlock TwoPixels() {
  v1::PixelBlock block;
  block.set_height(1);
  block.set_width(2);
  block.set_data("abcdef");
  return block;
}

void ExpectTwoPixels(const Sample& sample) {
  const auto image =
      DecodeImage(std::get<std::string>(sample.at("image/encoded")));
  ASSERT_OK(image.status());
  EXPECT_EQ(image->height, 1);
  EXPECT_EQ(std::string(image->pixels.begin(), image->pixels.end()), "abcdef");
  EXPECT_EQ(sample.at("image/format"), SampleValue("png"));
  EXPECT_EQ(sample.at("image/height"), SampleValue(int64_t{1}));
  EXPECT_EQ(sample.at("image/width"), SampleValue(int64_t{2}));
}

TEST(Sample, OfAFileIsItsBytes) {
  v1::ImageRecord record;
  record.set_label(1);
  record.add_other_labels(7);
  record.set_source("a/b.c.JPEG");
  record.mutable_encoded()->set_data("\xff\xd8");
  record.mutable_encoded()->set_format("jpeg");
  record.mutable_encoded()->set_height(3);
  record.mutable_encoded()->set_width(4);
  EXPECT_THAT(SampleOf(record),
              IsOkAndHolds(Sample{{"image/class/label", int64_t{1}},
                                  {"image/class/other_labels", Integers{7}},
                                  {"image/class/text", "n1"},
                                  {"image/encoded", "\xff\xd8"},
                                  {"image/filename", "a/b.c.JPEG"},
                                  {"image/format", "jpeg"},
                                  {"image/height", int64_t{3}},
                                  {"image/id", "a/b.c"},
                                  {"image/width", int64_t{4}}}));
}

TEST(Sample, OfPixelsIsAPng) {
  v1::ImageRecord record;
  *record.mutable_pixels() = TwoPixels();
  ASSERT_OK_AND_ASSIGN(const Sample sample, SampleOf(record));
  ExpectTwoPixels(sample);
}

TEST(Sample, OfACounterfactualHasItsMaskAndPixels) {
  v1::CounterfactualRecord record;
  record.set_variant(2);
  record.set_grid_height(1);
  record.set_grid_width(3);
  record.set_mask("\x05");  // bits 0 and 2
  record.add_donor_ids("x");
  record.add_donor_ids("y");
  record.add_patch_donors(1);
  record.add_patch_donors(0);
  *record.mutable_pixels() = TwoPixels();
  ASSERT_OK_AND_ASSIGN(Sample sample, SampleOf(record));
  ExpectTwoPixels(sample);
  for (const char* name :
       {"image/encoded", "image/format", "image/height", "image/width"}) {
    sample.erase(name);
  }
  const Sample recipe = {
      {"counterfactual/variant", int64_t{2}}, {"donors/ids", Texts{"x", "y"}},
      {"donors/patches", Integers{1, 0}},     {"image/id", "a/b.c"},
      {"mask/grid_height", int64_t{1}},       {"mask/grid_width", int64_t{3}},
      {"mask/masked", Integers{1, 0, 1}}};
  EXPECT_EQ(sample, recipe);
  record.clear_pixels();
  EXPECT_THAT(SampleOf(record), IsOkAndHolds(recipe));
}

TEST(Sample, OfACamHasItsRelevance) {
  v1::CamRecord record;
  record.set_grid_height(1);
  record.set_grid_width(2);
  // 0.5 = 0x3f000000, 1 = 0x3f800000, little endian.
  record.set_relevance(std::string("\0\0\0\x3f\0\0\x80\x3f", 8));
  record.set_max_relevance(0.25f);
  record.set_target(9);
  EXPECT_THAT(SampleOf(record),
              IsOkAndHolds(Sample{{"cam/grid_height", int64_t{1}},
                                  {"cam/grid_width", int64_t{2}},
                                  {"cam/max_relevance", 0.25f},
                                  {"cam/relevance", Floats{0.5f, 1.0f}},
                                  {"cam/target", int64_t{9}},
                                  {"image/id", "a/b.c"}}));
}

TEST(Sample, OfFeaturesHasOneListPerCheckpoint) {
  v1::FeatureRecord record;
  record.set_dtype("float16");
  v1::FeatureVector* feature = record.add_features();
  feature->set_dim(4);
  // Half precision: 1 = 0x3c00, -2 = 0xc000, the least number 2^-24 = 0x0001,
  // the greatest 65504 = 0x7bff.
  feature->set_values(std::string("\0\x3c\0\xc0\x01\0\xff\x7b", 8));
  EXPECT_THAT(SampleOf(record),
              IsOkAndHolds(
                  Sample{{"counterfactual/variant", int64_t{0}},
                         {"feature/0", Floats{1.0f, -2.0f, 0x1p-24f, 65504.0f}},
                         {"image/id", "a/b.c"}}));
  record.set_dtype("float32");
  feature->set_dim(1);
  feature->set_values(std::string("\0\0\x80\xbf", 4));  // -1
  *record.add_features() = *feature;
  ASSERT_OK_AND_ASSIGN(const Sample sample, SampleOf(record));
  EXPECT_EQ(sample.at("feature/1"), SampleValue(Floats{-1.0f}));
}

TEST(Sample, OfAPredictionHasClassesAndLogits) {
  v1::PredictionRecord record;
  record.set_label(5);  // no class of the list
  record.add_top_classes(1);
  record.add_top_classes(0);
  record.add_top_logits(2.5f);
  record.add_top_logits(-1.0f);
  EXPECT_THAT(SampleOf(record),
              IsOkAndHolds(Sample{{"image/class/label", int64_t{5}},
                                  {"image/id", "a/b.c"},
                                  {"prediction/classes", Integers{1, 0}},
                                  {"prediction/logits", Floats{2.5f, -1.0f}}}));
}

TEST(Sample, NamesTheRecordThatHasNoImageOrBrokenValues) {
  EXPECT_THAT(SampleOf(v1::ImageRecord()),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("shard: record 0: holds no image")));
  v1::FeatureRecord feature;
  feature.set_dtype("float32");
  feature.add_features()->set_dim(1);
  EXPECT_THAT(SampleOf(feature),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("shard: record 0"),
                             HasSubstr("1 values"), HasSubstr("0 bytes"))));
}

TEST(Sample, IsRefusedOfOtherRecordsByName) {
  EXPECT_THAT(ToSampleFunctionFor(SetOf("tensorflow.Example")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("holds tensorflow.Example"),
                             HasSubstr("maskfill.v1.CamRecord"))));
}

}  // namespace
}  // namespace maskfill
