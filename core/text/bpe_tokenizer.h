// CLIP's byte-pair encoding of text.
#ifndef MASKFILL_CORE_TEXT_BPE_TOKENIZER_H_
#define MASKFILL_CORE_TEXT_BPE_TOKENIZER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"

namespace maskfill {

struct TokenizeOptions {
  int64_t context_length = 77;  // tokens of one text, padding included; >= 2
  // A text that is too long: false (as clip.tokenize) an error, true cut, with
  // the end-of-text token in the last place.
  bool truncate = false;
};

// The tokens of OpenAI's simple_tokenizer.py (of its ftfy: see CleanText).
//
//   ASSIGN_OR_RETURN(auto tokenizer, BpeTokenizer::Create());
//   ASSIGN_OR_RETURN(std::vector<int32_t> row,
//                    tokenizer->Tokenize("a photo of a dog."));
//
// Thread-safe.
class BpeTokenizer {
 public:
  // With the 48,894 merges published with CLIP, which are inside the program.
  // About 50 ms.
  static absl::StatusOr<std::unique_ptr<BpeTokenizer>> Create();

  // With the merges in `text`: a line that is skipped, then one pair of symbols
  // a line, in order of rank. InvalidArgument names the line of a symbol that
  // no earlier line made.
  static absl::StatusOr<std::unique_ptr<BpeTokenizer>> FromMerges(
      absl::string_view text);

  // The tokens of `text` alone. InvalidArgument when it is not UTF-8.
  absl::StatusOr<std::vector<int32_t>> Encode(absl::string_view text) const;

  // [context_length]: start of text, tokens, end of text, zeros. A text that
  // does not fit is InvalidArgument naming it and its count.
  absl::StatusOr<std::vector<int32_t>> Tokenize(
      absl::string_view text, const TokenizeOptions& options = {}) const;

  int64_t vocab_size() const { return vocab_size_; }  // 49408
  int32_t start_of_text() const {
    return static_cast<int32_t>(vocab_size_) - 2;
  }
  int32_t end_of_text() const { return static_cast<int32_t>(vocab_size_) - 1; }

 private:
  struct Merge {
    int32_t rank;
    int32_t result;
  };
  using Pair = std::pair<int32_t, int32_t>;

  BpeTokenizer();
  void EncodeWord(absl::string_view word, std::vector<int32_t>* tokens) const;

  const RE2 words_;
  int64_t vocab_size_ = 0;
  // Of a byte within a word; + 256 at its end.
  std::array<int32_t, 256> byte_tokens_;
  absl::flat_hash_map<Pair, Merge> merges_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_BPE_TOKENIZER_H_
