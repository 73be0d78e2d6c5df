#include "core/record/manifest_text.h"

#include "absl/strings/str_cat.h"

namespace maskfill {

std::string OptionOf(const v1::Manifest& manifest, absl::string_view name) {
  for (const v1::Option& option : manifest.options()) {
    if (option.name() == name) return option.value();
  }
  return "";
}

std::string ClassNameOf(const v1::DatasetInfo& dataset, int64_t label) {
  for (const auto* names : {&dataset.class_names(), &dataset.class_keys()}) {
    if (label >= 0 && label < names->size()) {
      return names->Get(static_cast<int>(label));
    }
  }
  return "";
}

std::string MaskingOf(const v1::Manifest& counterfactuals) {
  std::string text = OptionOf(counterfactuals, "mask");
  for (const char* name :
       {"threshold", "percentile", "target_ratio", "rate", "fill"}) {
    const std::string value = OptionOf(counterfactuals, name);
    if (!value.empty()) absl::StrAppend(&text, "-", value);
  }
  return text;
}

}  // namespace maskfill
