#include "core/masking/donors.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr int kMaxRefusals = 256;

// The images that may be drawn, numbered without the image itself.
class Pool {
 public:
  explicit Pool(const DonorDraw& draw) : draw_(draw) {}

  int64_t size() const { return draw_.num_images - (draw_.allow_self ? 0 : 1); }
  int64_t PositionOf(int64_t member) const {
    return !draw_.allow_self && member >= draw_.position ? member + 1 : member;
  }
  absl::StatusOr<bool> Accepts(int64_t member) const {
    if (!draw_.accepts) return true;
    return draw_.accepts(PositionOf(member));
  }

 private:
  const DonorDraw& draw_;
};

absl::StatusOr<int64_t> DrawOne(const DonorDraw& draw, const Pool& pool,
                                CounterRng& rng) {
  const uint64_t size = static_cast<uint64_t>(pool.size());
  int64_t member = 0;
  for (int refusals = 0; refusals < kMaxRefusals; ++refusals) {
    member = static_cast<int64_t>(rng.Below(size));
    ASSIGN_OR_RETURN(const bool accepted, pool.Accepts(member));
    if (accepted) return pool.PositionOf(member);
  }
  for (int64_t step = 1; step < pool.size(); ++step) {
    const int64_t next = (member + step) % pool.size();
    ASSIGN_OR_RETURN(const bool accepted, pool.Accepts(next));
    if (accepted) return pool.PositionOf(next);
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "no donor of another class for \"", draw.id, "\": all ", draw.num_images,
      " images of the input share a label with it; use --donors=any or an "
      "input with several classes"));
}

}  // namespace

absl::StatusOr<DonorRule> ParseDonorRule(absl::string_view text) {
  if (text == "any") return DonorRule::kAny;
  if (text == "other_class") return DonorRule::kOtherClass;
  return absl::InvalidArgumentError(
      absl::StrCat("--donors is \"", text, "\", expected any or other_class"));
}

absl::string_view ToString(DonorRule rule) {
  switch (rule) {
    case DonorRule::kAny:
      return "any";
    case DonorRule::kOtherClass:
      return "other_class";
  }
  LOG(FATAL) << "unknown donor rule " << static_cast<int>(rule);
}

absl::StatusOr<std::vector<int64_t>> DrawDonors(
    const DonorDraw& draw, absl::Span<const int64_t> slots) {
  CHECK_GE(draw.position, 0);
  CHECK_LT(draw.position, draw.num_images);
  const Pool pool(draw);
  if (pool.size() <= 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "no donor for \"", draw.id,
        "\": it is the only image of the input; use an input with at least two "
        "images, or --fill=none"));
  }
  std::vector<int64_t> donors;
  donors.reserve(slots.size());
  for (const int64_t slot : slots) {
    CounterRng rng(draw.seed, absl::StrCat("donor ", slot),
                   static_cast<uint64_t>(draw.variant), draw.id);
    ASSIGN_OR_RETURN(const int64_t donor, DrawOne(draw, pool, rng));
    donors.push_back(donor);
  }
  return donors;
}

}  // namespace maskfill
