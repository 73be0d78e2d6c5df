#include "model_tool/weights/torch_save.h"

#include <cstdint>
#include <future>
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

constexpr size_t kLongBytes = 1 << 20;

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
  // Its CRC-32 of a tensor takes as long as writing one does: the tensor before
  // is written meanwhile.
  at::Tensor before, stored;
  std::future<absl::Status> writing;
  const auto finish = [&] {
    if (writing.valid()) appended.Update(writing.get());
  };
  RETURN_IF_ERROR(CatchTorch([&] {
    caffe2::serialize::PyTorchStreamWriter writer(
        [&](const void* data, size_t size) {
          finish();
          if (!appended.ok()) return size;
          const absl::string_view bytes(static_cast<const char*>(data), size);
          if (size >= kLongBytes && stored.defined() &&
              data == stored.const_data_ptr()) {
            writing = std::async([file, bytes] { return file->Append(bytes); });
          } else {
            appended = file->Append(bytes);
          }
          return size;
        });
    writer.writeRecord("data.pkl", pickle.data(), pickle.size());
    constexpr absl::string_view kByteOrder = "little";
    writer.writeRecord("byteorder", kByteOrder.data(), kByteOrder.size());
    int record = 0;
    for (const auto& [name, tensor] : tensors) {
      if (!appended.ok()) break;
      before = stored;
      stored = tensor.detach().cpu().contiguous();
      writer.writeRecord(absl::StrCat("data/", record++),
                         stored.const_data_ptr(), stored.nbytes());
    }
    writer.writeEndOfFile();
  }));
  finish();
  return appended;
}

}  // namespace maskfill
