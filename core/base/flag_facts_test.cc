#include "core/base/flag_facts.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const FlagFactsTable kShared({
    {"input", {.path = FlagPath::kInputDirectory}},
    {"method", {.values = {"a", "b"}}},
});
const FlagFactsTable kOfTheProgram({
    {"input", {.required = true, .unless = {"stats"}}},
});

TEST(FlagFactsTable, AddsWhatEachSays) {
  const FlagFacts input = FactsOf("input");
  EXPECT_EQ(input.path, FlagPath::kInputDirectory);
  EXPECT_TRUE(input.required);
  EXPECT_THAT(input.unless, ElementsAre("stats"));
  EXPECT_FALSE(input.list);
  EXPECT_THAT(FactsOf("method").values, ElementsAre("a", "b"));
}

TEST(FlagFactsTable, SaysNothingOfOtherFlags) {
  const FlagFacts other = FactsOf("other");
  EXPECT_EQ(other.path, FlagPath::kNone);
  EXPECT_FALSE(other.required);
  EXPECT_THAT(other.values, IsEmpty());
}

}  // namespace
}  // namespace maskfill
