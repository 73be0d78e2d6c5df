#include "core/text/bpe_tokenizer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Tokens: 0..255 bytes ('!' = 0), 256..511 bytes that end a word, then these.
constexpr char kMerges[] =
    "#version: 0.2\n"
    "a b\n"         // 512
    "c d</w>\n"     // 513
    "ab cd</w>\n";  // 514; marks 515, 516

int32_t Byte(char c) { return c - '!'; }

TEST(BpeTokenizer, MergesTheLowestRankFirst) {
  ASSERT_OK_AND_ASSIGN(auto tokenizer, BpeTokenizer::FromMerges(kMerges));
  EXPECT_EQ(tokenizer->vocab_size(), 517);
  EXPECT_THAT(tokenizer->Encode("abcd"), IsOkAndHolds(ElementsAre(514)));
  // "abab": "a b" merges twice; the last b ends the word and is another symbol.
  EXPECT_THAT(tokenizer->Encode("abab"),
              IsOkAndHolds(ElementsAre(512, Byte('a'), Byte('b') + 256)));
  EXPECT_THAT(tokenizer->Encode("cda"),
              IsOkAndHolds(ElementsAre(Byte('c'), Byte('d'), Byte('a') + 256)));
}

TEST(BpeTokenizer, SplitsWordsAsClipDoes) {
  ASSERT_OK_AND_ASSIGN(auto tokenizer, BpeTokenizer::FromMerges(kMerges));
  // Letters; each digit alone; 's; the rest together.
  EXPECT_THAT(tokenizer->Encode("x12's?!"),
              IsOkAndHolds(ElementsAre(
                  Byte('x') + 256, Byte('1') + 256, Byte('2') + 256, Byte('\''),
                  Byte('s') + 256, Byte('?'), Byte('!') + 256)));
}

TEST(BpeTokenizer, KnowsItsMarksInText) {
  ASSERT_OK_AND_ASSIGN(auto tokenizer, BpeTokenizer::FromMerges(kMerges));
  EXPECT_THAT(tokenizer->Encode("<|startoftext|>abcd<|EndOfText|>"),
              IsOkAndHolds(ElementsAre(515, 514, 516)));
}

TEST(BpeTokenizer, PadsToTheContext) {
  ASSERT_OK_AND_ASSIGN(auto tokenizer, BpeTokenizer::FromMerges(kMerges));
  EXPECT_THAT(tokenizer->Tokenize("abcd", {.context_length = 5}),
              IsOkAndHolds(ElementsAre(515, 514, 516, 0, 0)));
  EXPECT_THAT(tokenizer->Tokenize("", {.context_length = 3}),
              IsOkAndHolds(ElementsAre(515, 516, 0)));
}

TEST(BpeTokenizer, RefusesOrCutsTextBeyondTheContext) {
  ASSERT_OK_AND_ASSIGN(auto tokenizer, BpeTokenizer::FromMerges(kMerges));
  EXPECT_THAT(tokenizer->Tokenize("a a a a", {.context_length = 5}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"a a a a\" has 6 tokens")));
  const int32_t a = Byte('a') + 256;
  EXPECT_THAT(
      tokenizer->Tokenize("a a a a", {.context_length = 5, .truncate = true}),
      IsOkAndHolds(ElementsAre(515, a, a, a, 516)));
  EXPECT_THAT(tokenizer->Tokenize("a a a", {.context_length = 5}),
              IsOkAndHolds(ElementsAre(515, a, a, a, 516)));
}

TEST(BpeTokenizer, NamesTheLineOfABadMerge) {
  EXPECT_THAT(BpeTokenizer::FromMerges("#v\na b\nab zz\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 3: found \"ab zz\"")));
}

TEST(BpeTokenizer, HasClipsVocabularyBuiltIn) {
  ASSERT_OK_AND_ASSIGN(auto tokenizer, BpeTokenizer::Create());
  EXPECT_EQ(tokenizer->vocab_size(), 49408);
  EXPECT_EQ(tokenizer->start_of_text(), 49406);
  EXPECT_EQ(tokenizer->end_of_text(), 49407);
  // What clip.tokenize gives.
  EXPECT_THAT(tokenizer->Encode("a photo of a cat"),
              IsOkAndHolds(ElementsAre(320, 1125, 539, 320, 2368)));
  EXPECT_THAT(tokenizer->Tokenize("a photo of a cat"),
              IsOkAndHolds(SizeIs(77)));
}

}  // namespace
}  // namespace maskfill
