#include "model_tool/weights/torch_save.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "caffe2/serialize/inline_container.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "model_tool/weights/pickle_writer.h"

namespace maskfill {
namespace {

std::vector<int64_t> ContiguousStrides(at::IntArrayRef sizes) {
  std::vector<int64_t> strides(sizes.size());
  int64_t stride = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= sizes[i];
  }
  return strides;
}

// The dict of tensors; the n-th lies in the record data/<n>.
absl::StatusOr<std::string> PickledDict(const NamedTensors& tensors) {
  PickleWriter pickle;
  pickle.Op("}").Op("(");  // an empty dict, and what is put into it
  int record = 0;
  for (const auto& [name, tensor] : tensors) {
    if (tensor.scalar_type() != at::kFloat) {
      return absl::InvalidArgumentError(absl::StrCat(
          "tensor \"", name, "\" is ", c10::toString(tensor.scalar_type()),
          ", expected Float (float32)"));
    }
    pickle.String(name).Tensor(
        "FloatStorage", absl::StrCat(record++), tensor.numel(), /*offset=*/0,
        tensor.sizes().vec(), ContiguousStrides(tensor.sizes()));
  }
  return pickle.Op("u").Finish();
}

}  // namespace

absl::Status TorchSave(const NamedTensors& tensors, AtomicFile* file) {
  ASSIGN_OR_RETURN(const std::string pickle, PickledDict(tensors));
  // The writer is never told of an error: it would throw, and again while it
  // is destroyed.
  absl::Status appended;
  RETURN_IF_ERROR(CatchTorch([&] {
    caffe2::serialize::PyTorchStreamWriter writer(
        [&](const void* bytes, size_t size) {
          if (appended.ok()) {
            appended = file->Append(
                absl::string_view(static_cast<const char*>(bytes), size));
          }
          return size;
        });
    writer.writeRecord("data.pkl", pickle.data(), pickle.size());
    constexpr absl::string_view kByteOrder = "little";
    writer.writeRecord("byteorder", kByteOrder.data(), kByteOrder.size());
    int record = 0;
    for (const auto& [name, tensor] : tensors) {
      if (!appended.ok()) break;
      const at::Tensor stored = tensor.detach().cpu().contiguous();
      writer.writeRecord(absl::StrCat("data/", record++),
                         stored.const_data_ptr(), stored.nbytes());
    }
    writer.writeEndOfFile();
  }));
  return appended;
}

}  // namespace maskfill
