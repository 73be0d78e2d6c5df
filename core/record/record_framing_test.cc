#include "core/record/record_framing.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

std::string Frame(absl::string_view payload) {
  return absl::StrCat(RecordHeader(payload), payload, RecordFooter(payload));
}

TEST(RecordFraming, GivesTensorFlowsBytesForAbc) {
  EXPECT_EQ(Frame("abc"), std::string("\x03\0\0\0\0\0\0\0\xb0\x99\x49\x0e"
                                      "abc\x6e\x57\xf1\x21",
                                      19));
}

TEST(RecordFraming, GivesTensorFlowsBytesForAnEmptyRecord) {
  EXPECT_EQ(
      Frame(""),
      std::string("\0\0\0\0\0\0\0\0\x29\x03\x98\x07\xd8\xea\x82\xa2", 16));
}

TEST(RecordFraming, ParsesItsOwnHeader) {
  EXPECT_THAT(ParseRecordHeader(RecordHeader("abc"), 3), IsOkAndHolds(3));
}

TEST(RecordFraming, RejectsALengthAboveTheLimit) {
  EXPECT_THAT(ParseRecordHeader(RecordHeader("abc"), 2),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("has 3 bytes, the limit is 2")));
}

TEST(RecordFraming, RejectsAHeaderOfZeros) {
  // What a crash leaves in a sparse tail.
  EXPECT_THAT(ParseRecordHeader(std::string(12, '\0'), 100),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("damaged record length")));
}

TEST(RecordFraming, RejectsAPayloadWithAnotherChecksum) {
  EXPECT_THAT(
      CheckRecordFooter("abd", RecordFooter("abc")),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("damaged record")));
}

}  // namespace
}  // namespace maskfill
