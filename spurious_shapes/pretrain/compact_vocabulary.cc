#include "spurious_shapes/pretrain/compact_vocabulary.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/text/bpe_tokenizer.h"

namespace maskfill {

absl::StatusOr<CompactVocabulary> CompactVocabulary::Create(
    absl::Span<const std::string> captions, int64_t context_length) {
  ASSIGN_OR_RETURN(const std::unique_ptr<BpeTokenizer> tokenizer,
                   BpeTokenizer::Create());
  CompactVocabulary vocabulary;
  vocabulary.full_size_ = tokenizer->vocab_size();
  // Token 0 is what texts are padded with.
  std::set<int64_t> used = {0, tokenizer->start_of_text(),
                            tokenizer->end_of_text()};
  for (const std::string& caption : captions) {
    ASSIGN_OR_RETURN(const std::vector<int32_t> tokens,
                     tokenizer->Encode(caption));
    if (static_cast<int64_t>(tokens.size()) + 2 > context_length) {
      return absl::InvalidArgumentError(absl::StrCat(
          "caption \"", caption, "\" has ", tokens.size() + 2,
          " tokens with start and end, expected at most ", context_length));
    }
    std::vector<int64_t>& row = vocabulary.rows_[caption];
    row.assign(tokens.begin(), tokens.end());
    row.insert(row.begin(), tokenizer->start_of_text());
    row.push_back(tokenizer->end_of_text());
    used.insert(row.begin(), row.end());
  }
  vocabulary.token_ids_.assign(used.begin(), used.end());
  std::map<int64_t, int64_t> compact;
  for (const int64_t token : used) compact.emplace(token, compact.size());
  for (auto& [caption, row] : vocabulary.rows_) {
    for (int64_t& token : row) token = compact.at(token);
  }
  return vocabulary;
}

absl::StatusOr<at::Tensor> CompactVocabulary::Tokenize(
    absl::Span<const std::string> captions) const {
  size_t longest = 1;
  std::vector<const std::vector<int64_t>*> rows;
  for (const std::string& caption : captions) {
    const auto found = rows_.find(caption);
    if (found == rows_.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "caption \"", caption, "\" is none that the vocabulary was made of"));
    }
    rows.push_back(&found->second);
    longest = std::max(longest, found->second.size());
  }
  at::Tensor tokens = at::zeros(
      {static_cast<int64_t>(rows.size()), static_cast<int64_t>(longest)},
      at::kLong);
  int64_t* out = tokens.data_ptr<int64_t>();
  for (const std::vector<int64_t>* row : rows) {
    std::copy(row->begin(), row->end(), out);
    out += longest;
  }
  return tokens;
}

at::Tensor CompactVocabulary::Expand(const at::Tensor& embedding) const {
  at::Tensor full =
      at::zeros({full_size_, embedding.size(1)}, embedding.options());
  const at::Tensor ids =
      at::tensor(at::ArrayRef<int64_t>(token_ids_), at::kLong)
          .to(embedding.device());
  return full.index_copy_(0, ids, embedding);
}

}  // namespace maskfill
