#include "core/record/record_parsing.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

constexpr size_t kMany = size_t{1} << 21;

std::string Repeated(absl::string_view bytes, size_t times) {
  std::string all;
  all.reserve(bytes.size() * times);
  for (size_t i = 0; i < times; ++i) all.append(bytes.data(), bytes.size());
  return all;
}

std::string LengthDelimited(int field, const std::string& bytes) {
  std::string all(1, static_cast<char>(field << 3 | 2));
  size_t size = bytes.size();
  for (; size >= 128; size >>= 7) {
    all.push_back(static_cast<char>((size & 127) | 128));
  }
  all.push_back(static_cast<char>(size));
  return all + bytes;
}

template <typename Record>
void ExpectTooMany(const std::string& payload) {
  Record record;
  EXPECT_THAT(
      ParseMessage(payload, "shard, record 3", &record),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("record 3: its ")));
  EXPECT_THAT(ParseMessage(payload, "", &record),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("more than 1048576 values")));
  EXPECT_EQ(record.SpaceUsedLong(), Record().SpaceUsedLong());
}

// 256 MiB of these would take 9 GB.
TEST(ParseMessage, RefusesValuesWithoutNumber) {
  // donor_ids: "\0".
  ExpectTooMany<v1::CounterfactualRecord>(
      Repeated(absl::string_view("\x3a\x00", 2), kMany));
  // features: {}.
  ExpectTooMany<v1::FeatureRecord>(
      Repeated(absl::string_view("\x2a\x00", 2), kMany));
  // other_labels, packed and not; in parts.
  ExpectTooMany<v1::ImageRecord>(LengthDelimited(4, std::string(kMany, 1)));
  ExpectTooMany<v1::ImageRecord>(
      Repeated(LengthDelimited(4, std::string(kMany / 4, 1)), 4));
  ExpectTooMany<v1::ImageRecord>(
      Repeated(absl::string_view("\x20\x01", 2), kMany));
  // Fields that nobody knows, here and in a message inside: 15, a string.
  const std::string unknown = Repeated(absl::string_view("\x7a\x00", 2), kMany);
  ExpectTooMany<v1::ImageRecord>(unknown);
  ExpectTooMany<v1::FeatureRecord>(LengthDelimited(5, unknown));
}

TEST(ParseMessage, TakesLongBytes) {
  v1::FeatureRecord record;
  record.set_schema_version(1);
  record.add_features()->set_values(std::string(4 * kMany, 1));
  v1::FeatureRecord read;
  EXPECT_OK(ParseRecord(record.SerializeAsString(), "", &read));
  EXPECT_EQ(read.features(0).values(), record.features(0).values());
}

TEST(ParseMessage, LeavesWhatIsNoMessageToProtobuf) {
  v1::ImageRecord record;
  for (const std::string& payload :
       {std::string("\xff"), std::string(2 * kMany, '\xff'),
        LengthDelimited(4, std::string(100, 1)).substr(0, 50),
        std::string("\x22\xff\xff\xff\xff\x0f")}) {
    EXPECT_THAT(ParseMessage(payload, "", &record),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("are not a")));
  }
}

}  // namespace
}  // namespace maskfill
