#include "core/text/class_prompts.h"

#include <map>

#include "ATen/ops/tensor.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/text/bpe_tokenizer.h"

namespace maskfill {

absl::StatusOr<ClassPrompts> ClassPrompts::Create(
    const ModelConfig& config, const std::vector<std::string>& class_names,
    const Prompts& prompts) {
  ASSIGN_OR_RETURN(const auto tokenizer, BpeTokenizer::Create());
  if (tokenizer->vocab_size() != config.vocab_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model has a vocabulary of ", config.vocab_size,
                     " tokens, CLIP's has ", tokenizer->vocab_size(),
                     "; a model with another tokenizer is not supported"));
  }
  ClassPrompts result;
  std::map<std::string, int64_t> known;
  std::vector<int32_t> tokens;
  for (const std::string& class_name : class_names) {
    const auto [name, is_new] = known.emplace(class_name, result.num_names());
    result.names_.push_back(name->second);
    if (!is_new) continue;
    int64_t row = result.first_rows_.back();
    for (const std::string& prompt : prompts.For(class_name)) {
      ASSIGN_OR_RETURN(
          const std::vector<int32_t> of_prompt,
          Annotate(tokenizer->Tokenize(
                       prompt, {.context_length = config.context_length}),
                   absl::StrCat("class \"", Abbreviated(class_name), "\"")));
      tokens.insert(tokens.end(), of_prompt.begin(), of_prompt.end());
      ++row;
    }
    result.first_rows_.push_back(row);
  }
  result.tokens_ = at::tensor(at::ArrayRef<int32_t>(tokens), at::kInt)
                       .view({-1, config.context_length});
  return result;
}

int64_t ClassPrompts::Draw(uint64_t seed, int64_t epoch, absl::string_view id,
                           int64_t label) const {
  const int64_t name = names_[label];
  CounterRng rng(seed, "train prompt", epoch, id);
  return first_row(name) +
         static_cast<int64_t>(rng.Below(first_row(name + 1) - first_row(name)));
}

}  // namespace maskfill
