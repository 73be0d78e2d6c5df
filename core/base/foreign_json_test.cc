#include "core/base/foreign_json.h"

#include <string>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

std::string Nested(int depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ParseForeignJson, GivesTheValue) {
  EXPECT_EQ(ParseForeignJson(R"({"a": [1, "]\"["]})"),
            nlohmann::json({{"a", {1, "]\"["}}}));
  EXPECT_EQ(ParseForeignJson<nlohmann::ordered_json>(R"({"b": 1, "a": 2})")
                .begin()
                .key(),
            "b");
}

TEST(ParseForeignJson, DiscardsWhatIsNoJson) {
  for (const char* text : {"", "[", "{\"a\"}", "[1] 2", "\"\xff\""}) {
    EXPECT_TRUE(ParseForeignJson(text).is_discarded()) << text;
  }
}

TEST(ParseForeignJson, DiscardsWhatNestsTooDeep) {
  EXPECT_TRUE(ParseForeignJson(Nested(kMaxJsonDepth)).is_array());
  EXPECT_TRUE(ParseForeignJson(Nested(kMaxJsonDepth + 1)).is_discarded());
  // A copy of this would end the process.
  EXPECT_TRUE(ParseForeignJson(Nested(1'000'000)).is_discarded());
  EXPECT_TRUE(ParseForeignJson(std::string(1'000'000, '[')).is_discarded());
}

TEST(ParseForeignJson, CountsNoBracketsInText) {
  const std::string text = "\"\\\"" + std::string(200, '[') + "\"";
  EXPECT_TRUE(ParseForeignJson(text).is_string());
}

}  // namespace
}  // namespace maskfill
