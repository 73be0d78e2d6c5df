#include "ingest/layout/csv_reader.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Rows = std::vector<std::vector<std::string>>;

absl::StatusOr<Rows> ReadAll(const std::string& text) {
  CsvReader reader(text);
  Rows rows;
  std::vector<std::string> fields;
  while (true) {
    const absl::StatusOr<bool> more = reader.Next(&fields);
    if (!more.ok()) return more.status();
    if (!*more) return rows;
    rows.push_back(fields);
  }
}

TEST(CsvReader, SplitsRowsAtCommasAndBothLineEnds) {
  const Rows expected = {{"path", "label"}, {"a b.jpg", ""}, {"", " 1"}};
  for (const char* text :
       {"path,label\na b.jpg,\n, 1\n", "path,label\r\na b.jpg,\r\n, 1\r\n",
        "\xEF\xBB\xBFpath,label\n\n\na b.jpg,\r\n, 1"}) {
    EXPECT_THAT(ReadAll(text), IsOkAndHolds(expected)) << text;
  }
  EXPECT_THAT(ReadAll(""), IsOkAndHolds(Rows()));
}

TEST(CsvReader, TakesCommasLineEndsAndQuotesInQuotes) {
  const Rows expected = {{"a,b", "c\r\nd", "say \"e\"", ""}, {"f"}};
  EXPECT_THAT(ReadAll("\"a,b\",\"c\r\nd\",\"say \"\"e\"\"\",\"\"\r\n\"f\""),
              IsOkAndHolds(expected));
}

TEST(CsvReader, KnowsWhereARowBegins) {
  CsvReader reader("\na\n\"b\nc\"\r\n\nd\n");
  std::vector<std::string> fields;
  std::vector<int64_t> lines;
  while (*reader.Next(&fields)) lines.push_back(reader.line());
  EXPECT_THAT(lines, ElementsAre(2, 3, 6));
}

TEST(CsvReader, NamesTheLineOfAWrongQuote) {
  EXPECT_THAT(ReadAll("a\nb\"c,d\n"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("line 2 has a")));
  EXPECT_THAT(ReadAll("a\n\"b\"c,d\n"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("line 2 goes")));
  EXPECT_THAT(ReadAll("a\n\"b,c\nd\n"),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("open in line 2 are not closed")));
}

}  // namespace
}  // namespace maskfill
