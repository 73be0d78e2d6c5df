#include "core/base/crc32c.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(Crc32c, GivesThePublishedCheckValues) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  // RFC 3720, B.4.
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending.push_back(static_cast<char>(i));
  EXPECT_EQ(Crc32c(ascending), 0x46dd794eu);
}

TEST(Crc32c, ContinuesFromAnEarlierPart) {
  const std::string text = "123456789";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(Crc32c(text.substr(cut), Crc32c(text.substr(0, cut))),
              0xe3069283u)
        << cut;
  }
}

TEST(Crc32cOfBoth, IsThatOfTheBytesInARow) {
  const std::string text = "123456789";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const uint32_t first = Crc32c(text.substr(0, cut));
    const uint32_t second = Crc32c(text.substr(cut));
    EXPECT_EQ(Crc32cOfBoth(first, second, text.size() - cut), 0xe3069283u)
        << cut;
    EXPECT_EQ(Crc32cOfBoth(first, 0xe3069283u, text.size() - cut), second)
        << cut;
  }
  const std::string zeros((1 << 20) + 1, '\0');
  EXPECT_EQ(Crc32cOfBoth(Crc32c("a"), Crc32c(zeros), zeros.size()),
            Crc32c("a" + zeros));
}

TEST(MaskedCrc32c, GivesTensorBoardsTestValue) {
  EXPECT_EQ(MaskedCrc32c("\x1a\x11"
                         "CRC test, one two"),
            0x5794d08au);
}

}  // namespace
}  // namespace maskfill
