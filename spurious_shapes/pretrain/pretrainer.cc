#include "spurious_shapes/pretrain/pretrainer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/eye.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros_like.h"
#include "absl/strings/str_cat.h"
#include "core/base/exit_code.h"
#include "core/base/status_macros.h"
#include "core/model/tensor_names.h"
#include "core/model/torch_status.h"
#include "core/training/contrastive_loss.h"
#include "core/training/gradient_clipping.h"
#include "spurious_shapes/pretrain/captions.h"
#include "spurious_shapes/pretrain/clip_initialisation.h"
#include "spurious_shapes/pretrain/whitened_projection.h"

namespace maskfill {
namespace {

constexpr char kTextProjection[] = "text_projection";
constexpr char kTokenEmbedding[] = "token_embedding.weight";
// CLIP's own limit of the temperature.
constexpr double kLargestLogitScale = 100;

absl::Status CheckOptions(const PretrainerOptions& options) {
  if (options.num_replicas < 1 || options.images_per_pass < 1 ||
      options.batch_size < options.num_replicas) {
    return absl::InvalidArgumentError(absl::StrCat(
        "batch_size ", options.batch_size, ", num_replicas ",
        options.num_replicas, ", images_per_pass ", options.images_per_pass,
        "; expected all positive and a picture for each replica"));
  }
  return absl::OkStatus();
}

// Of what the tower makes of all captions.
absl::StatusOr<at::Tensor> InitialTextProjection(
    const ModelConfig& config, const CompactVocabulary& vocabulary,
    NamedTensors weights, uint64_t seed) {
  ModelConfig unprojected = config;
  unprojected.embed_dim = config.text.width;
  weights[kTextProjection] = at::eye(config.text.width, at::kFloat);
  ASSIGN_OR_RETURN(const TextTransformer tower,
                   TextTransformer::Create(unprojected, weights));
  ASSIGN_OR_RETURN(const at::Tensor tokens, vocabulary.Tokenize(AllCaptions()));
  return CatchTorch([&] {
    at::NoGradGuard no_grad;
    return WhitenedProjection(tower.Encode(tokens), config.embed_dim, seed);
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pretrainer>> Pretrainer::Create(
    const ModelConfig& config, CompactVocabulary vocabulary, at::Device device,
    const PretrainerOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  if (config.vocab_size != vocabulary.full_size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("vocab_size is ", config.vocab_size, ", the tokenizer's ",
                     vocabulary.full_size()));
  }
  ModelConfig trained_config = config;
  trained_config.vocab_size = vocabulary.size();
  NamedTensors initial = InitialClipWeights(trained_config, options.seed);
  ASSIGN_OR_RETURN(
      initial.at(kTextProjection),
      InitialTextProjection(trained_config, vocabulary, initial, options.seed));
  std::unique_ptr<Pretrainer> pretrainer(
      new Pretrainer(config, std::move(vocabulary), device, options));
  for (int r = 0; r < options.num_replicas; ++r) {
    const NamedTensors weights =
        CloneTensors(MoveTensors(initial, device, at::kFloat));
    ASSIGN_OR_RETURN(VisionTransformer vision,
                     VisionTransformer::Create(
                         trained_config, SelectPrefix(weights, "visual.")));
    ASSIGN_OR_RETURN(TextTransformer text,
                     TextTransformer::Create(trained_config, weights));
    ASSIGN_OR_RETURN(FlatParameters parameters, FlatParameters::Bind(weights));
    pretrainer->replicas_.push_back({std::move(vision),
                                     std::move(text),
                                     std::move(parameters),
                                     Renderer(config.image_size),
                                     {}});
  }
  const FlatParameters& first = pretrainer->replicas_[0].parameters;
  pretrainer->adamw_ = std::make_unique<AdamW>(
      first.values(), first.gradients(),
      AdamWOptions{.beta2 = options.beta2, .weight_decay = 0});
  pretrainer->is_decayed_ = at::zeros_like(first.values());
  for (auto& [name, view] : first.Views(pretrainer->is_decayed_)) {
    if (view.dim() >= 2) view.fill_(1);
  }
  pretrainer->is_text_ = at::zeros_like(first.values());
  for (auto& [name, view] : first.Views(pretrainer->is_text_)) {
    if (IsOfTextTower(name)) view.fill_(1);
  }
  return pretrainer;
}

std::pair<int64_t, int64_t> Pretrainer::PartOf(int replica,
                                               int64_t size) const {
  const int64_t replicas = options_.num_replicas;
  return {size * replica / replicas, size * (replica + 1) / replicas};
}

void Pretrainer::Forward(int replica, const CaptionedBatch& batch,
                         const at::Tensor& tokens,
                         const at::Tensor& image_features,
                         const at::Tensor& text_features) {
  Replica& own = replicas_[replica];
  own.passes.clear();
  own.parameters.ZeroGradients();
  const auto keep = [&own](at::Tensor features, int64_t begin, bool is_text,
                           const at::Tensor& all) {
    all.narrow(0, begin, features.size(0)).copy_(features.detach());
    if (!features.requires_grad()) return;
    own.passes.push_back({std::move(features), begin, is_text});
  };
  const auto [first_text, last_text] = PartOf(replica, tokens.size(0));
  if (first_text < last_text) {
    const at::AutoGradMode with_graph(!TextIsFrozen());
    keep(own.text.Encode(tokens.narrow(0, first_text, last_text - first_text)),
         first_text, true, text_features);
  }
  const auto [first, last] = PartOf(replica, batch.scenes.size());
  const int64_t size = config_.image_size;
  const at::AutoGradMode with_graph(!ImageIsFrozen());
  for (int64_t begin = first; begin < last; begin += options_.images_per_pass) {
    const int64_t count = std::min(options_.images_per_pass, last - begin);
    const at::Tensor pixels = at::empty({count, size, size, 3}, at::kByte);
    uint8_t* out = pixels.data_ptr<uint8_t>();
    for (int64_t i = 0; i < count; ++i) {
      own.renderer.Render(batch.scenes[begin + i],
                          out + i * own.renderer.image_bytes(), nullptr);
    }
    keep(own.vision.Encode(pixels), begin, false, image_features);
  }
}

void Pretrainer::Backward(int replica, const at::Tensor& image_gradients,
                          const at::Tensor& text_gradients) {
  Replica& own = replicas_[replica];
  // Last in, first out: what was made last is still in the cache.
  while (!own.passes.empty()) {
    const Pass& pass = own.passes.back();
    pass.features.backward((pass.is_text ? text_gradients : image_gradients)
                               .narrow(0, pass.begin, pass.features.size(0)));
    own.passes.pop_back();
  }
}

absl::StatusOr<double> Pretrainer::ComputeGradients(
    const CaptionedBatch& batch) {
  ASSIGN_OR_RETURN(const at::Tensor tokens,
                   vocabulary_.Tokenize(batch.captions));
  const auto floats = at::TensorOptions(at::kFloat).device(device_);
  const auto num_images = static_cast<int64_t>(batch.scenes.size());
  at::Tensor images = at::empty({num_images, config_.embed_dim}, floats);
  at::Tensor texts = at::empty({tokens.size(0), config_.embed_dim}, floats);
  RETURN_IF_ERROR(pool_.Run([&](int r) {
    return CatchTorch([&] { Forward(r, batch, tokens, images, texts); });
  }));
  const FlatParameters& first = replicas_[0].parameters;
  double loss_value = 0;
  RETURN_IF_ERROR(CatchTorch([&] {
    images.requires_grad_();
    texts.requires_grad_();
    const at::Tensor caption_of =
        at::tensor(at::ArrayRef<int64_t>(batch.caption_of), at::kLong)
            .to(device_);
    const at::Tensor loss = ContrastiveLoss(images, texts, caption_of,
                                            first.parameters().at(kLogitScale));
    loss.backward();
    loss_value = loss.item<double>();
  }));
  const at::Tensor image_gradients = images.grad();
  const at::Tensor text_gradients = texts.grad();
  RETURN_IF_ERROR(pool_.Run([&](int r) {
    return CatchTorch([&] { Backward(r, image_gradients, text_gradients); });
  }));
  at::NoGradGuard no_grad;
  at::Tensor sum = first.gradients();
  for (size_t r = 1; r < replicas_.size(); ++r) {
    sum.add_(replicas_[r].parameters.gradients());
  }
  return loss_value;
}

absl::StatusOr<PretrainStepResult> Pretrainer::Step() {
  CaptionOptions captions = options_.captions;
  if (!ImageIsFrozen()) captions.polysemy_rate = 0;
  return StepOn(SampleCaptionedBatch(options_.seed, step(), options_.batch_size,
                                     captions));
}

absl::StatusOr<PretrainStepResult> Pretrainer::StepOn(
    const CaptionedBatch& batch) {
  const double learning_rate = LearningRateAt(options_.schedule, step());
  PretrainStepResult result;
  ASSIGN_OR_RETURN(result.loss, ComputeGradients(batch));
  RETURN_IF_ERROR(CatchTorch([&] {
    const FlatParameters& first = replicas_[0].parameters;
    result.logit_scale =
        std::exp(first.parameters().at(kLogitScale).item<double>());
    result.grad_norm =
        ClipGradientNorm(first, options_.grad_clip).item<double>();
  }));
  if (!std::isfinite(result.loss) || !std::isfinite(result.grad_norm)) {
    return DivergedError(
        absl::StrCat("step ", step(), ": loss ", result.loss,
                     ", gradient norm ", result.grad_norm,
                     "; training has diverged, try a smaller --learning_rate"));
  }
  RETURN_IF_ERROR(CatchTorch([&] { Update(learning_rate); }));
  result.learning_rate = learning_rate;
  return result;
}

double Pretrainer::TextLearningRateFactor() const {
  if (ImageIsFrozen()) return 1;
  return TextIsFrozen() ? 0 : options_.text_learning_rate_factor;
}

void Pretrainer::Update(double learning_rate) {
  at::NoGradGuard no_grad;
  const FlatParameters& first = replicas_[0].parameters;
  at::Tensor values = first.values();
  const at::Tensor before = values.clone();
  const double image_factor = ImageIsFrozen() ? 0 : 1;
  const double text_factor = TextLearningRateFactor();
  // AdamW decays before it steps.
  values.addcmul_(values, is_decayed_, -learning_rate * options_.weight_decay);
  adamw_->Step(learning_rate, options_.beta1);
  const at::Tensor factors =
      is_text_.mul(text_factor - image_factor).add_(image_factor);
  values.sub_(before).mul_(factors).add_(before);
  first.Views(values).at(kLogitScale).clamp_max_(std::log(kLargestLogitScale));
  CopyToReplicas();
}

void Pretrainer::CopyToReplicas() {
  at::NoGradGuard no_grad;
  for (size_t r = 1; r < replicas_.size(); ++r) {
    at::Tensor values = replicas_[r].parameters.values();
    values.copy_(replicas_[0].parameters.values());
  }
}

NamedTensors Pretrainer::Gradients() const {
  const FlatParameters& first = replicas_[0].parameters;
  return first.Views(first.gradients());
}

absl::StatusOr<at::Tensor> Pretrainer::ImageFeatures(const at::Tensor& pixels) {
  const at::Tensor features =
      at::empty({pixels.size(0), config_.embed_dim},
                at::TensorOptions(at::kFloat).device(device_));
  RETURN_IF_ERROR(pool_.Run([&](int r) {
    return CatchTorch([&] {
      at::NoGradGuard no_grad;
      const auto [first, last] = PartOf(r, pixels.size(0));
      for (int64_t begin = first; begin < last;
           begin += options_.images_per_pass) {
        const int64_t count = std::min(options_.images_per_pass, last - begin);
        const at::Tensor raw =
            replicas_[r].vision.Encode(pixels.narrow(0, begin, count));
        features.narrow(0, begin, count)
            .copy_(raw.div(raw.norm(2, 1, /*keepdim=*/true)));
      }
    });
  }));
  return features;
}

absl::StatusOr<at::Tensor> Pretrainer::TextFeatures(
    const std::vector<std::string>& captions) {
  ASSIGN_OR_RETURN(const at::Tensor tokens, vocabulary_.Tokenize(captions));
  return CatchTorch([&] {
    at::NoGradGuard no_grad;
    const at::Tensor raw = replicas_[0].text.Encode(tokens);
    return raw.div(raw.norm(2, 1, /*keepdim=*/true));
  });
}

LearnerState Pretrainer::State() const {
  const FlatParameters& first = replicas_[0].parameters;
  return {.step = step(),
          .parameters = first.Views(first.values()),
          .exp_avg = first.Views(adamw_->first_moments()),
          .exp_avg_sq = first.Views(adamw_->second_moments())};
}

absl::Status Pretrainer::Restore(const LearnerState& state) {
  const FlatParameters& first = replicas_[0].parameters;
  for (const auto& [tensors, flat] :
       {std::pair(&state.parameters, first.values()),
        std::pair(&state.exp_avg, adamw_->first_moments()),
        std::pair(&state.exp_avg_sq, adamw_->second_moments())}) {
    if (const absl::Status status = first.CopyInto(*tensors, flat);
        !status.ok()) {
      return absl::DataLossError(
          absl::StrCat("state of another model: ", status.message()));
    }
  }
  adamw_->set_step(state.step);
  CopyToReplicas();
  return absl::OkStatus();
}

absl::Status Pretrainer::CheckFinite() const {
  return Annotate(
      CatchTorch([&] { return replicas_[0].parameters.CheckFinite(); }),
      absl::StrCat("after step ", step()));
}

NamedTensors Pretrainer::Weights() const {
  at::NoGradGuard no_grad;
  const FlatParameters& first = replicas_[0].parameters;
  NamedTensors weights = CloneTensors(
      MoveTensors(first.Views(first.values()), at::kCPU, at::kFloat));
  at::Tensor& embedding = weights.at(kTokenEmbedding);
  embedding = vocabulary_.Expand(embedding);
  return weights;
}

}  // namespace maskfill
