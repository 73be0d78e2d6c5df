#include "core/masking/donors.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// The r-th position, counted from 0, of those that are not excluded: r and as
// many more as there are excluded ones up to it.
int64_t PositionOf(int64_t r, absl::Span<const int64_t> excluded) {
  int64_t low = 0;
  int64_t high = static_cast<int64_t>(excluded.size());
  // Excluded position k has excluded[k] - k others before it.
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (excluded[static_cast<size_t>(middle)] - middle > r) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return r + low;
}

absl::StatusOr<int64_t> DrawOne(const DonorDraw& draw,
                                absl::Span<const int64_t> excluded,
                                CounterRng& rng) {
  const int64_t left = draw.num_images - static_cast<int64_t>(excluded.size());
  if (left <= 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "no donor for \"", draw.id, "\": of the ", draw.num_images,
        " images to take patches from none is another image, with --donors="
        "other_class of another class; use more images (--donor_input), "
        "--donors=any, or a --fill that takes none"));
  }
  return PositionOf(
      static_cast<int64_t>(rng.Below(static_cast<uint64_t>(left))), excluded);
}

// In the order of DonorRule.
constexpr const char* kRules[] = {"any", "other_class", "batch"};

}  // namespace

absl::StatusOr<DonorRule> ParseDonorRule(absl::string_view text) {
  return ParseName<DonorRule>(kRules, text, "--donors is \"$0\", expected $1");
}

absl::string_view ToString(DonorRule rule) {
  return kRules[static_cast<size_t>(rule)];
}

absl::StatusOr<std::vector<int64_t>> DrawDonors(
    const DonorDraw& draw, absl::Span<const int64_t> slots) {
  std::vector<int64_t> donors;
  donors.reserve(slots.size());
  for (const int64_t slot : slots) {
    CounterRng rng(draw.seed, absl::StrCat("donor ", slot),
                   static_cast<uint64_t>(draw.variant), draw.id);
    ASSIGN_OR_RETURN(int64_t donor, DrawOne(draw, draw.excluded, rng));
    if (draw.is_self) {
      ASSIGN_OR_RETURN(const bool is_self, draw.is_self(donor));
      if (is_self) {
        std::vector<int64_t> excluded(draw.excluded.begin(),
                                      draw.excluded.end());
        excluded.insert(
            std::lower_bound(excluded.begin(), excluded.end(), donor), donor);
        ASSIGN_OR_RETURN(donor, DrawOne(draw, excluded, rng));
      }
    }
    donors.push_back(donor);
  }
  return donors;
}

}  // namespace maskfill
