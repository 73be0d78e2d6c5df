// The prompts whose text features make a class's row.
#ifndef MASKFILL_CORE_TEXT_PROMPTS_H_
#define MASKFILL_CORE_TEXT_PROMPTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

struct Prompts {
  // For every class, each with one {} for its name; empty where each has its
  // own.
  std::vector<std::string> templates;
  std::map<std::string, std::vector<std::string>> of_class = {};

  // Those of one class, never none: "a photo of a {}." and "tench" give
  // "a photo of a tench.". `class_name` is in of_class, unless that is empty.
  std::vector<std::string> For(const std::string& class_name) const;
  // SHA-256 hex over all of them.
  std::string Fingerprint() const;
};

// `value` is "openai" (the 80 templates published with CLIP for ImageNet) or
// the path of a list (one a line, or a JSON list) of templates with {} once,
// or {c} as in open_clip; or of a JSON object with each class's own whole
// prompts, {"tench": ["A tench is a fish."]}, as CuPL has them, in which all
// `class_names` are (others are left out). NotFound when there is no such file;
// InvalidArgument naming file and line when it is something else (ParseLines,
// CheckTexts). What may not be meant is logged as a warning.
absl::StatusOr<Prompts> LoadPrompts(
    const std::string& value, const std::vector<std::string>& class_names);

// The same, of the file's text. `name`: of the file, for messages.
absl::StatusOr<Prompts> ParsePrompts(
    absl::string_view text, const std::string& name,
    const std::vector<std::string>& class_names);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_PROMPTS_H_
