#include "train/score_in_ranks.h"

#include <cstdint>

#include "ATen/ops/full.h"
#include "ATen/ops/tensor.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

absl::StatusOr<AccuracySums> ScoreShare(const ImageClassifier& classifier,
                                        const RecordSet& images,
                                        const ScoreOptions& options,
                                        const ProcessGroup& group) {
  AccuracySums sums;
  for (int64_t shard = group.rank(); shard < images.num_shards();
       shard += group.size()) {
    ASSIGN_OR_RETURN(const AccuracySums part,
                     ScoreShard(classifier, images, shard, options));
    sums.Merge(part);
  }
  return sums;
}

// In place.
absl::Status SumOverRanks(ProcessGroup& group, AccuracySums& sums) {
  const at::Tensor loss = at::full({1}, sums.loss_sum, at::kDouble);
  const at::Tensor counts = at::tensor(
      {sums.images, sums.counted, sums.top1_right, sums.top5_right}, at::kLong);
  RETURN_IF_ERROR(group.Sum(loss));
  RETURN_IF_ERROR(group.Sum(counts));
  const int64_t* found = counts.const_data_ptr<int64_t>();
  sums = {.images = found[0],
          .counted = found[1],
          .top1_right = found[2],
          .top5_right = found[3],
          .loss_sum = *loss.const_data_ptr<double>()};
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AccuracySums> ScoreInRanks(const ImageClassifier& classifier,
                                          const RecordSet& images,
                                          const ScoreOptions& options,
                                          ProcessGroup& group) {
  absl::StatusOr<AccuracySums> sums =
      ScoreShare(classifier, images, options, group);
  RETURN_IF_ERROR(group.Agree(sums.status()));
  RETURN_IF_ERROR(SumOverRanks(group, *sums));
  RETURN_IF_ERROR(CheckCounted(images, *sums));
  return sums;
}

}  // namespace maskfill
