#include "spurious_shapes/pretrain/compact_vocabulary.h"

#include <string>
#include <vector>

#include "ATen/ops/arange.h"
#include "ATen/ops/equal.h"
#include "core/text/bpe_tokenizer.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

const std::vector<std::string>& Captions() {
  static const auto* const captions = new std::vector<std::string>{
      "a photo of a heart.", "a sketch of a ring on plaid."};
  return *captions;
}

TEST(CompactVocabulary, EmbedsTokensAsTheWholeVocabularyDoes) {
  ASSERT_OK_AND_ASSIGN(const CompactVocabulary vocabulary,
                       CompactVocabulary::Create(Captions(), 24));
  ASSERT_OK_AND_ASSIGN(const auto tokenizer, BpeTokenizer::Create());
  EXPECT_EQ(vocabulary.full_size(), tokenizer->vocab_size());
  ASSERT_OK_AND_ASSIGN(const at::Tensor tokens,
                       vocabulary.Tokenize(Captions()));
  // Row k of the compact embedding is k + 1; other rows of the whole are 0.
  const at::Tensor compact =
      at::arange(1, vocabulary.size() + 1, at::kFloat).view({-1, 1});
  const at::Tensor full = vocabulary.Expand(compact);
  EXPECT_EQ(full.size(0), tokenizer->vocab_size());
  EXPECT_EQ(full.count_nonzero().item<int64_t>(), vocabulary.size());
  for (size_t i = 0; i < Captions().size(); ++i) {
    ASSERT_OK_AND_ASSIGN(const auto row,
                         tokenizer->Tokenize(Captions()[i], {24, false}));
    for (int64_t t = 0; t < tokens.size(1); ++t) {
      EXPECT_EQ(full[row[t]].item<float>(),
                compact[tokens[i][t].item<int64_t>()].item<float>());
    }
  }
}

TEST(CompactVocabulary, KeepsTheEndOfTextTheLargestToken) {
  ASSERT_OK_AND_ASSIGN(const CompactVocabulary vocabulary,
                       CompactVocabulary::Create(Captions(), 24));
  ASSERT_OK_AND_ASSIGN(const at::Tensor tokens,
                       vocabulary.Tokenize(Captions()));
  // Start, 6 and 8 tokens with the full stop, end.
  EXPECT_TRUE(
      at::equal(tokens.argmax(1), at::arange(2, at::kLong).mul(2).add(7)));
  EXPECT_EQ(tokens.max().item<int64_t>(), vocabulary.size() - 1);
}

TEST(CompactVocabulary, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(CompactVocabulary::Create(Captions(), 8),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(const CompactVocabulary vocabulary,
                       CompactVocabulary::Create(Captions(), 24));
  EXPECT_THAT(vocabulary.Tokenize({"a photo of a dog."}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
