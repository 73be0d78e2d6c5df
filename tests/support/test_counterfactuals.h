// Small sets of counterfactuals as mask_tool writes them.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_COUNTERFACTUALS_H_
#define MASKFILL_TESTS_SUPPORT_TEST_COUNTERFACTUALS_H_

#include <functional>
#include <optional>
#include <string>

#include "core/masking/counterfactual_options.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// Makes the counterfactuals of `images`, with random masks of 4 px patches, in
// place of what else `options` says of masks. `donors`: where these are from
// other images. `edit` changes each record before it is written.
RecordSet WriteMadeCounterfactuals(
    const std::string& dir, const RecordSet& images,
    CounterfactualOptions options,
    const std::optional<RecordSet>& donors = std::nullopt,
    const std::function<void(v1::CounterfactualRecord*)>& edit = [](auto*) {});

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_COUNTERFACTUALS_H_
