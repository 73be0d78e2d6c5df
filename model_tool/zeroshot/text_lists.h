// Lists of class names and prompt templates.
#ifndef MASKFILL_MODEL_TOOL_ZEROSHOT_TEXT_LISTS_H_
#define MASKFILL_MODEL_TOOL_ZEROSHOT_TEXT_LISTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// A JSON list of strings, or one entry per line (a carriage return at its end
// and empty lines at the end of the text do not count). InvalidArgument,
// starting with `name`, when it is neither, has no entry or an empty one.
absl::StatusOr<std::vector<std::string>> ParseTextList(absl::string_view text,
                                                       const std::string& name);

// `value` is "imagenet" (the 1000 names published with CLIP, in the order of
// the sorted wnids) or the path of a list.
absl::StatusOr<std::vector<std::string>> LoadClassNames(
    const std::string& value);

// `value` is "openai" (the 80 templates published with CLIP for ImageNet) or
// the path of a list. Each has one {} for the class name; else
// InvalidArgument.
absl::StatusOr<std::vector<std::string>> LoadTemplates(
    const std::string& value);

// "a photo of a {}." and "tench" -> "a photo of a tench.".
std::string FillTemplate(absl::string_view text, absl::string_view class_name);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_ZEROSHOT_TEXT_LISTS_H_
