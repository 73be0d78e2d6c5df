#include "core/model/vision_transformer.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/layer_norm.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr char kPrefix[] = "visual.";

bool IsChannelsFirst(const at::Tensor& pixels, int64_t size) {
  return pixels.size(1) == 3 && pixels.size(2) == size &&
         pixels.size(3) == size;
}

// [3] floats -> [3, 1, 1] on `device`.
at::Tensor PerChannel(const std::array<float, 3>& values, at::Device device) {
  return at::tensor(at::ArrayRef<float>(values), at::kFloat)
      .view({3, 1, 1})
      .to(device);
}

// [N, R] of `dtype`, 0 or -inf, broadcastable to scores over 1 + R keys.
at::Tensor KeyMask(const at::Tensor& masked_patches,
                   const at::TensorOptions& options) {
  const int64_t batch = masked_patches.size(0);
  const int64_t length = 1 + masked_patches.size(1);
  at::Tensor mask = at::zeros({batch, length}, options);
  mask.narrow(1, 1, length - 1)
      .masked_fill_(masked_patches.to(mask.device()), -INFINITY);
  return mask.view({batch, 1, 1, length});
}

}  // namespace

absl::StatusOr<VisionTransformer> VisionTransformer::Create(
    const ModelConfig& config, const NamedTensors& visual) {
  RETURN_IF_ERROR(ValidateModelConfig(config));
  ModelConfig tower = config;
  tower.text = {};
  tower.num_classes = 0;
  tower.class_names.clear();
  const auto expected = ExpectedShapes(tower);
  for (const auto& [name, shape] : expected) {
    const auto found = visual.find(name.substr(sizeof(kPrefix) - 1));
    if (found == visual.end()) {
      return absl::DataLossError(absl::StrCat("tensor \"", name,
                                              "\" is missing, expected shape ",
                                              ShapeText(shape)));
    }
    if (found->second.sizes() != at::IntArrayRef(shape)) {
      return absl::DataLossError(absl::StrCat(
          "tensor \"", name, "\" has shape ", ShapeText(found->second.sizes()),
          ", expected ", ShapeText(shape)));
    }
  }
  const at::Tensor& first = visual.begin()->second;
  for (const auto& [name, tensor] : visual) {
    if (expected.count(kPrefix + name) == 0) {
      return absl::DataLossError(absl::StrCat(
          "tensor \"", kPrefix, name, "\" is not part of an image tower of ",
          config.vision.layers, " layers"));
    }
    if (!tensor.is_floating_point() || tensor.dtype() != first.dtype() ||
        tensor.device() != first.device()) {
      return absl::DataLossError(absl::StrCat(
          "tensor \"", kPrefix, name, "\" is ",
          c10::toString(tensor.scalar_type()), " on ", tensor.device().str(),
          ", expected ", c10::toString(first.scalar_type()), " on ",
          first.device().str(), " like the others"));
    }
  }
  VisionTransformer model;
  model.config_ = config;
  model.parameters_ = visual;
  for (int64_t layer = 0; layer < config.vision.layers; ++layer) {
    ASSIGN_OR_RETURN(
        TransformerBlock block,
        TransformerBlock::Create(
            visual, absl::StrCat("transformer.resblocks.", layer, "."),
            config.vision, config.activation, config.layer_norm_eps));
    model.blocks_.push_back(std::move(block));
  }
  model.conv1_ = LinearMap(visual.at("conv1.weight"), {});
  model.class_embedding_ = visual.at("class_embedding");
  model.positional_embedding_ = visual.at("positional_embedding");
  model.ln_pre_weight_ = visual.at("ln_pre.weight");
  model.ln_pre_bias_ = visual.at("ln_pre.bias");
  model.ln_post_weight_ = visual.at("ln_post.weight");
  model.ln_post_bias_ = visual.at("ln_post.bias");
  model.proj_ = visual.at("proj");
  model.mean_ = PerChannel(config.image_mean, model.device());
  model.std_ = PerChannel(config.image_std, model.device());
  model.dtype_ = model.proj_.scalar_type();
  return model;
}

absl::StatusOr<VisionTransformer> VisionTransformer::FromCheckpoint(
    const Checkpoint& checkpoint, at::Device device, Precision precision) {
  ASSIGN_OR_RETURN(VisionTransformer tower,
                   Create(checkpoint.config,
                          MoveTensors(SelectPrefix(checkpoint.tensors, kPrefix),
                                      device, WeightDtype(precision))));
  tower.Prepare(WeightDtype(precision));
  return tower;
}

void VisionTransformer::Prepare(at::ScalarType dtype) {
  CHECK(dtype == proj_.scalar_type() ||
        (dtype == at::kBFloat16 && device().is_cpu()))
      << c10::toString(dtype) << " for " << c10::toString(proj_.scalar_type())
      << " on " << device().str();
  dtype_ = dtype;
  conv1_.Prepare(dtype);
  for (TransformerBlock& block : blocks_) block.Prepare(dtype);
}

void VisionTransformer::Detach() {
  for (auto& [name, tensor] : parameters_) tensor = tensor.detach();
  for (TransformerBlock& block : blocks_) block.Detach();
  conv1_.Detach();
  for (at::Tensor* tensor :
       {&class_embedding_, &positional_embedding_, &ln_pre_weight_,
        &ln_pre_bias_, &ln_post_weight_, &ln_post_bias_, &proj_}) {
    *tensor = tensor->detach();
  }
}

at::Tensor VisionTransformer::Normalise(const at::Tensor& pixels) const {
  const int64_t size = config_.image_size;
  CHECK(pixels.scalar_type() == at::kByte && pixels.dim() == 4);
  at::Tensor planes = pixels.to(device());
  if (!IsChannelsFirst(pixels, size)) {
    CHECK(pixels.size(1) == size && pixels.size(2) == size &&
          pixels.size(3) == 3)
        << "pixels " << ShapeText(pixels.sizes()) << ", image size " << size;
    planes = planes.permute({0, 3, 1, 2});
  }
  return planes
      .to(at::kFloat, /*non_blocking=*/false, /*copy=*/false,
          at::MemoryFormat::Contiguous)
      .div_(255)
      .sub_(mean_)
      .div_(std_);
}

at::Tensor VisionTransformer::Embed(const at::Tensor& pixels,
                                    const at::Tensor& kept_patches) const {
  const int64_t batch = pixels.size(0);
  const int64_t grid = config_.grid_size();
  const int64_t patch = config_.patch_size;
  const int64_t width = config_.vision.width;
  // The convolution's windows do not overlap: it is a product of patches.
  at::Tensor patches = pixels.view({batch, 3, grid, patch, grid, patch})
                           .permute({0, 2, 4, 1, 3, 5})
                           .reshape({batch, grid * grid, 3 * patch * patch});
  at::Tensor positions =
      positional_embedding_.narrow(0, 1, grid * grid).unsqueeze(0);
  if (kept_patches.defined()) {
    const at::Tensor index = kept_patches.to(device()).unsqueeze(2);
    patches = patches.gather(1, index.expand({-1, -1, patches.size(2)}));
    positions = positions.expand({batch, -1, -1})
                    .gather(1, index.expand({-1, -1, width}));
  }
  at::Tensor tokens = conv1_(patches).add(positions.to(dtype_));
  const at::Tensor class_token =
      class_embedding_.add(positional_embedding_.select(0, 0))
          .expand({batch, 1, width});
  return at::cat({class_token.to(tokens.scalar_type()), tokens}, 1);
}

int64_t VisionTransformer::ImagesPerPart(int64_t num_tokens) const {
  // The widest activations of a part, by thread: with two threads 34 images of
  // ViT-B/32 in float32. 64 at once are 9 % slower, 4 to 8 by up to 5 %.
  constexpr int64_t kBytesPerThread = int64_t{10} << 20;
  if (!device().is_cpu()) return std::numeric_limits<int64_t>::max();
  const int64_t bytes_per_image =
      num_tokens *
      std::max(config_.vision.mlp_width, 3 * config_.vision.width) *
      static_cast<int64_t>(c10::elementSize(dtype_));
  return std::max<int64_t>(
      1, kBytesPerThread * at::get_num_threads() / bytes_per_image);
}

at::Tensor VisionTransformer::Encode(const at::Tensor& pixels,
                                     const EncodeOptions& options) const {
  CHECK_EQ(pixels.dim(), 4);
  const int64_t batch = pixels.size(0);
  const int64_t most = ImagesPerPart(1 + (options.kept_patches.defined()
                                              ? options.kept_patches.size(1)
                                              : num_patches()));
  if (options.on_attention || options.on_last_ln_1 || batch <= most) {
    return EncodePart(pixels, options);
  }
  const int64_t num_parts = (batch + most - 1) / most;
  std::vector<at::Tensor> features;
  for (int64_t part = 0; part < num_parts; ++part) {
    const int64_t begin = batch * part / num_parts;
    const int64_t count = batch * (part + 1) / num_parts - begin;
    const auto rows = [begin, count](const at::Tensor& tensor) {
      return tensor.defined() ? tensor.narrow(0, begin, count) : tensor;
    };
    features.push_back(EncodePart(
        rows(pixels), {.kept_patches = rows(options.kept_patches),
                       .masked_patches = rows(options.masked_patches),
                       .recompute = options.recompute}));
  }
  return at::cat(features);
}

at::Tensor VisionTransformer::EncodePart(const at::Tensor& pixels,
                                         const EncodeOptions& options) const {
  const int64_t width = config_.vision.width;
  at::Tensor x = pixels.scalar_type() == at::kByte ? Normalise(pixels) : pixels;
  CHECK(IsChannelsFirst(x, config_.image_size))
      << "pixels " << ShapeText(x.sizes()) << ", image size "
      << config_.image_size;
  x = Embed(x.to(device(), dtype_).contiguous(), options.kept_patches);
  x = at::layer_norm(x, {width}, ln_pre_weight_, ln_pre_bias_,
                     config_.layer_norm_eps);
  AttentionOptions attention;
  attention.recompute = options.recompute;
  if (options.masked_patches.defined()) {
    attention.mask = KeyMask(options.masked_patches, x.options());
  }
  for (int64_t layer = 0; layer < num_layers(); ++layer) {
    if (layer + 1 == num_layers()) {
      attention.num_queries = 1;  // only the class token leaves the last block
      attention.on_ln_1 = options.on_last_ln_1;
    }
    if (options.on_attention && layer >= options.first_captured_layer) {
      attention.on_attention = [&options, layer](const at::Tensor& map) {
        return options.on_attention(layer, map);
      };
    }
    x = blocks_[layer].Forward(x, attention);
  }
  x = at::layer_norm(x.select(1, 0), {width}, ln_post_weight_, ln_post_bias_,
                     config_.layer_norm_eps);
  return at::matmul(x.to(proj_.scalar_type()), proj_);
}

}  // namespace maskfill
