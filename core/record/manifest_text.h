// What a manifest says, for people.
#ifndef MASKFILL_CORE_RECORD_MANIFEST_TEXT_H_
#define MASKFILL_CORE_RECORD_MANIFEST_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// The option's value, or an empty text.
std::string OptionOf(const v1::Manifest& manifest, absl::string_view name);

// The class's name, else its key, else an empty text.
std::string ClassNameOf(const v1::DatasetInfo& dataset, int64_t label);

// "object-0.3-single": masks, where they are cut and how they are filled, of a
// set of counterfactuals.
std::string MaskingOf(const v1::Manifest& counterfactuals);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_MANIFEST_TEXT_H_
