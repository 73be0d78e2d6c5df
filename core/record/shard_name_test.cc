#include "core/record/shard_name.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(ShardName, CountsFromZeroWithTheTotal) {
  EXPECT_EQ(ShardName("cams", 3, 16), "cams-00003-of-00016.tfrecord");
  EXPECT_EQ(IndexName(ShardName("cams", 3, 16)),
            "cams-00003-of-00016.tfrecord.idx");
  EXPECT_EQ(ShardEntryName("cams", 3, 16), ".cams-00003-of-00016.entry.json");
  EXPECT_EQ(ManifestName("cams"), "cams.manifest.json");
}

TEST(ShardName, WritesMoreThanFiveDigitsInFull) {
  EXPECT_EQ(ShardName("x", 123456, 234567), "x-123456-of-234567.tfrecord");
}

}  // namespace
}  // namespace maskfill
