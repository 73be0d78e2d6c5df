// The prompts of a head's classes as tokens, and which of them goes with which
// image of a training.
#ifndef MASKFILL_CORE_TEXT_CLASS_PROMPTS_H_
#define MASKFILL_CORE_TEXT_CLASS_PROMPTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/model/model_config.h"
#include "core/text/prompts.h"

namespace maskfill {

// Every name once: classes of equal names share their prompts. Thread-safe.
class ClassPrompts {
 public:
  // `prompts`: of all `class_names`, at least one of each. InvalidArgument when
  // one is longer than the text tower's context (which names the class) or the
  // tower's vocabulary is not CLIP's.
  static absl::StatusOr<ClassPrompts> Create(
      const ModelConfig& config, const std::vector<std::string>& class_names,
      const Prompts& prompts);

  // [R, context_length] int32: those of a name one after another.
  const at::Tensor& tokens() const { return tokens_; }

  // Different names, in the order in which they come first.
  int64_t num_names() const {
    return static_cast<int64_t>(first_rows_.size()) - 1;
  }
  // Of tokens(): the rows of `name` are [first_row(name), first_row(name + 1)).
  int64_t first_row(int64_t name) const { return first_rows_[name]; }
  // The name of each class.
  const std::vector<int64_t>& names() const { return names_; }

  // The row of tokens() that goes with an image in an epoch: one of its class's
  // prompts, each as likely, by (seed, epoch, id) alone. `label`: the class.
  int64_t Draw(uint64_t seed, int64_t epoch, absl::string_view id,
               int64_t label) const;

 private:
  ClassPrompts() = default;

  at::Tensor tokens_;
  std::vector<int64_t> first_rows_ = {0};
  std::vector<int64_t> names_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_CLASS_PROMPTS_H_
