// The few tokens of CLIP's vocabulary that captions use.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_COMPACT_VOCABULARY_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_COMPACT_VOCABULARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace maskfill {

// Numbers the tokens that occur, in the order of their ids (so that the end of
// text stays the largest, by which the text tower finds it). Training then
// moves a short embedding; the checkpoint holds CLIP's whole vocabulary, with
// zeros for tokens that no caption has. Thread-safe.
class CompactVocabulary {
 public:
  // Of all tokens of `captions`. InvalidArgument when one is longer than
  // `context_length` tokens with start and end of text.
  static absl::StatusOr<CompactVocabulary> Create(
      absl::Span<const std::string> captions, int64_t context_length);

  // [U, T] int64, compact ids, padded to the longest of them with the compact
  // id of token 0. InvalidArgument for a caption with an unknown token.
  absl::StatusOr<at::Tensor> Tokenize(
      absl::Span<const std::string> captions) const;

  // [size(), D] -> [full_size(), D], zeros elsewhere.
  at::Tensor Expand(const at::Tensor& embedding) const;

  int64_t size() const { return static_cast<int64_t>(token_ids_.size()); }
  int64_t full_size() const { return full_size_; }

 private:
  CompactVocabulary() = default;

  int64_t full_size_ = 0;
  std::vector<int64_t> token_ids_;  // of compact ids, ascending
  // Compact ids of known captions, start and end of text included.
  absl::flat_hash_map<std::string, std::vector<int64_t>> rows_;
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_COMPACT_VOCABULARY_H_
