#include "record_tool/sample_formats.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(ToTfExample, WritesTheBytesOfTensorFlow) {
  const Sample sample = {{"n", std::vector<int64_t>{2, 3}}};
  // Example.features, 13 bytes: an entry, 11 bytes: key "n"; value, 6 bytes:
  // int64_list, 4 bytes: two bytes of packed values, 2 and 3.
  EXPECT_EQ(ToTfExample(sample).SerializeAsString(),
            std::string("\x0a\x0d\x0a\x0b\x0a\x01n\x12\x06\x1a\x04\x0a\x02\x02"
                        "\x03",
                        15));
}

TEST(ToTfExample, HasAListForEveryKindOfValue) {
  const tensorflow::Example example =
      ToTfExample({{"bytes", "ab"},
                   {"empty", std::vector<std::string>{}},
                   {"float", 0.5f},
                   {"floats", std::vector<float>{1.0f, 2.0f}},
                   {"integer", int64_t{-7}},
                   {"texts", std::vector<std::string>{"x", ""}}});
  const auto& features = example.features().feature();
  ASSERT_EQ(features.size(), 6u);
  EXPECT_THAT(features.at("bytes").bytes_list().value(), ElementsAre("ab"));
  EXPECT_TRUE(features.at("empty").has_bytes_list());
  EXPECT_THAT(features.at("float").float_list().value(), ElementsAre(0.5f));
  EXPECT_THAT(features.at("floats").float_list().value(),
              ElementsAre(1.0f, 2.0f));
  EXPECT_THAT(features.at("integer").int64_list().value(), ElementsAre(-7));
  EXPECT_THAT(features.at("texts").bytes_list().value(), ElementsAre("x", ""));
}

TEST(ToWebDatasetFiles, GivesImageClassAndJson) {
  const Sample sample = {{"image/class/label", int64_t{12}},
                         {"image/class/other_labels", std::vector<int64_t>{}},
                         {"image/encoded", std::string("\0\xff", 2)},
                         {"image/format", "jpeg"},
                         {"image/id", "a/b.c"}};
  EXPECT_THAT(
      ToWebDatasetFiles(345, sample),
      ElementsAre(Pair("000000345.cls", "12"),
                  Pair("000000345.jpg", std::string("\0\xff", 2)),
                  Pair("000000345.json",
                       "{\"image/class/other_labels\":[],\"image/format\":"
                       "\"jpeg\",\"image/id\":\"a/b.c\"}")));
}

TEST(ToWebDatasetFiles, GivesOnlyJsonWithoutAnImage) {
  const Sample sample = {{"cam/relevance", std::vector<float>{0.5f, 1.0f}},
                         {"image/id", "\xff"}};
  EXPECT_THAT(ToWebDatasetFiles(0, sample),
              ElementsAre(Pair("000000000.json",
                               "{\"cam/relevance\":[0.5,1.0],"
                               "\"image/id\":\"\xef\xbf\xbd\"}")));
}

}  // namespace
}  // namespace maskfill
