#include "core/training/online_counterfactuals.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/cat.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/empty_like.h"
#include "absl/types/span.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/cam/attribution.h"
#include "core/image/patch_mask.h"
#include "core/masking/donor_images.h"
#include "core/masking/fill_kind.h"
#include "core/masking/mean_colour.h"
#include "core/masking/refill.h"
#include "core/model/torch_status.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// The images of one batch as donors of each other.
class BatchDonors : public DonorPool {
 public:
  void Add(Donor donor, Image image) {
    donors_.push_back(std::move(donor));
    images_.push_back(std::move(image));
  }

  int64_t size() const override { return static_cast<int64_t>(donors_.size()); }
  absl::StatusOr<Donor> Get(int64_t position) const override {
    return donors_[static_cast<size_t>(position)];
  }
  absl::StatusOr<absl::string_view> Id(int64_t position) const override {
    return donors_[static_cast<size_t>(position)].id;
  }
  absl::StatusOr<std::string> CopyPatches(int64_t position,
                                          const PatchGrid& grid,
                                          absl::Span<const int64_t> patches,
                                          Image* image) const override {
    const auto index = static_cast<size_t>(position);
    maskfill::CopyPatches(grid, patches, images_[index], image);
    return donors_[index].id;
  }

 private:
  std::vector<Donor> donors_;
  std::vector<Image> images_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<OnlineCounterfactuals>>
OnlineCounterfactuals::Open(const RecordSet& images,
                            const std::optional<RecordSet>& pool,
                            const OnlineCounterfactualsOptions& options) {
  const CounterfactualOptions& made = options.counterfactual;
  ASSIGN_OR_RETURN(const PatchGrid grid,
                   GridFor(nullptr, made.image_size, made.patch_size));
  std::unique_ptr<OnlineCounterfactuals> online(
      new OnlineCounterfactuals(options, grid));
  CounterfactualOptions& own = online->options_.counterfactual;
  own.payload = own.fill == FillKind::kNone ? CounterfactualPayload::kRecipe
                                            : CounterfactualPayload::kPixels;
  if (own.fill == FillKind::kMean) {
    ASSIGN_OR_RETURN(own.mean_colour,
                     MeanColour(pool.has_value() ? *pool : images,
                                own.image_size, options.num_threads));
  }
  if (own.donors != DonorRule::kBatch || !RuleOf(own.fill).takes_donors) {
    ASSIGN_OR_RETURN(online->maker_,
                     CounterfactualMaker::Open(images, own, pool));
  }
  return online;
}

absl::Status OnlineCounterfactuals::AddTo(const ImageClassifier& student,
                                          int64_t epoch,
                                          ImageBatch* batch) const {
  return CatchTorch([&]() -> absl::Status {
    at::Tensor relevance;
    if (options_.counterfactual.mask.takes_relevance()) {
      relevance = Relevance(student, *batch);
      RETURN_IF_ERROR(CheckNotPreempted());
    }
    ASSIGN_OR_RETURN(const std::shared_ptr<const CounterfactualMaker> maker,
                     MakerFor(*batch));
    return Refill(*maker, relevance, epoch, batch);
  });
}

at::Tensor OnlineCounterfactuals::Relevance(const ImageClassifier& student,
                                            const ImageBatch& batch) const {
  const int64_t n = batch.images.size(0);
  const int64_t micro =
      options_.micro_batch_size > 0 ? options_.micro_batch_size : n;
  std::vector<at::Tensor> relevance;
  for (int64_t begin = 0; begin < n; begin += micro) {
    const int64_t rows = std::min(micro, n - begin);
    relevance.push_back(
        TransformerAttribution(student, batch.images.narrow(0, begin, rows),
                               batch.labels.narrow(0, begin, rows))
            .relevance.to(at::kCPU, at::kFloat));
  }
  return at::cat(relevance).contiguous();
}

absl::StatusOr<std::shared_ptr<const CounterfactualMaker>>
OnlineCounterfactuals::MakerFor(const ImageBatch& batch) const {
  if (maker_ != nullptr) return maker_;
  auto donors = std::make_shared<BatchDonors>();
  for (size_t row = 0; row < batch.records.size(); ++row) {
    donors->Add(
        {.id = batch.records[row].id(), .labels = LabelsOf(batch.records[row])},
        ImageOf(batch, static_cast<int64_t>(row)));
  }
  return CounterfactualMaker::OfPool(std::move(donors),
                                     options_.counterfactual);
}

Image OnlineCounterfactuals::ImageOf(const ImageBatch& batch,
                                     int64_t row) const {
  Image image(grid_.height_px(), grid_.width_px());
  std::memcpy(image.pixels.data(),
              batch.images.const_data_ptr<uint8_t>() +
                  row * static_cast<int64_t>(image.pixels.size()),
              image.pixels.size());
  return image;
}

absl::Status OnlineCounterfactuals::Refill(const CounterfactualMaker& maker,
                                           const at::Tensor& relevance,
                                           int64_t epoch,
                                           ImageBatch* batch) const {
  const int64_t n = batch->images.size(0);
  const int64_t patches = grid_.num_patches();
  const bool drops = options_.counterfactual.fill == FillKind::kNone;
  if (drops) {
    batch->masked_patches =
        at::empty({n, patches}, at::TensorOptions(at::kBool));
  } else {
    batch->counterfactuals = at::empty_like(batch->images);
  }
  int64_t next = 0, done = 0;
  return OrderedParallel<int64_t, v1::CounterfactualRecord>(
      options_.num_threads,
      [&]() -> absl::StatusOr<std::optional<int64_t>> {
        return next < n ? std::optional<int64_t>(next++) : std::nullopt;
      },
      [&](int64_t row) {
        absl::Span<const float> own;
        if (relevance.defined()) {
          own = {relevance.const_data_ptr<float>() + row * patches,
                 static_cast<size_t>(patches)};
        }
        // In a pool of the batch an image's position is its row.
        const int64_t position =
            maker_ == nullptr ? row : batch->positions[row];
        return maker.MakeVariant(batch->records[row],
                                 drops ? Image() : ImageOf(*batch, row), grid_,
                                 own, position, epoch);
      },
      [&](v1::CounterfactualRecord record) -> absl::Status {
        const int64_t row = done++;
        if (!drops) {
          const std::string& pixels = record.pixels().data();
          std::memcpy(batch->counterfactuals.data_ptr<uint8_t>() +
                          row * static_cast<int64_t>(pixels.size()),
                      pixels.data(), pixels.size());
          return absl::OkStatus();
        }
        ASSIGN_OR_RETURN(const PatchMask mask,
                         PatchMask::FromBytes(record.mask(), patches));
        bool* const masked =
            batch->masked_patches.data_ptr<bool>() + row * patches;
        for (int64_t p = 0; p < patches; ++p) masked[p] = mask.masked(p);
        return absl::OkStatus();
      });
}

}  // namespace maskfill
