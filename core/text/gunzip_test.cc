#include "core/text/gunzip.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

// "abcabcabc\n", by gzip -n.
std::string Packed() {
  const unsigned char bytes[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00,
                                 0x00, 0x00, 0x03, 0x4b, 0x4c, 0x4a, 0x4e,
                                 0x04, 0x23, 0x2e, 0x00, 0x8d, 0xb3, 0xfd,
                                 0x21, 0x0a, 0x00, 0x00, 0x00};
  return std::string(reinterpret_cast<const char*>(bytes), sizeof(bytes));
}

TEST(Gunzip, GivesTheContents) {
  EXPECT_THAT(Gunzip(Packed()), IsOkAndHolds("abcabcabc\n"));
}

TEST(Gunzip, ReportsDataLossAtEveryCut) {
  const std::string packed = Packed();
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_THAT(Gunzip(packed.substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
}

TEST(Gunzip, ReportsDataLossWhenTheChecksumIsWrong) {
  std::string packed = Packed();
  packed[packed.size() - 6] ^= 1;
  EXPECT_THAT(Gunzip(packed), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(Gunzip, RefusesMoreThanTheLimit) {
  EXPECT_THAT(Gunzip(Packed(), /*max_bytes=*/9),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("9 bytes")));
}

}  // namespace
}  // namespace maskfill
