// A file that torch.save wrote.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_ARCHIVE_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_ARCHIVE_H_

#include <map>
#include <memory>
#include <string>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model_tool/weights/pickle_object.h"

namespace caffe2::serialize {
class PyTorchStreamReader;
}

namespace maskfill {

// The contents of a zip archive as torch.save writes it since PyTorch 1.6.
// Only tensors that are asked for are read.
//
//   ASSIGN_OR_RETURN(const std::string bytes, ReadFile("epoch_32.pt"));
//   ASSIGN_OR_RETURN(auto archive, TorchArchive::Open(bytes));
//   const PickleObject* weights = archive->root().Find("state_dict");
//   ASSIGN_OR_RETURN(at::Tensor proj, archive->Read(*weights->Find("proj")));
//
// Not thread-safe.
class TorchArchive {
 public:
  // Of the bytes of a file, which must outlive it. DataLoss when it is no such
  // archive, is damaged, or was written on a big-endian machine.
  static absl::StatusOr<std::unique_ptr<TorchArchive>> Open(
      absl::string_view bytes);
  ~TorchArchive();

  const PickleObject& root() const { return pickle_.root(); }

  // The tensor that `object` describes, on the CPU, contiguous, with its own
  // dtype; tensors of one storage share memory until they are changed.
  // DataLoss when it is no tensor, reaches beyond its storage, or repeats
  // elements so that it is larger than its storage.
  absl::StatusOr<at::Tensor> Read(const PickleObject& object);

 private:
  TorchArchive(int64_t file_bytes,
               std::unique_ptr<caffe2::serialize::PyTorchStreamReader> reader);

  absl::StatusOr<std::string> ReadRecord(const std::string& name,
                                         int64_t max_bytes);
  // [elements] of the storage's dtype.
  absl::StatusOr<at::Tensor> ReadStorage(const PickleObject& storage);

  const int64_t file_bytes_;
  std::unique_ptr<caffe2::serialize::PyTorchStreamReader> reader_;
  Pickle pickle_;
  std::map<std::string, at::Tensor> storages_;  // by key, as bytes
};

// What kind of zip archive of torch a file's bytes are.
enum class TorchFileKind {
  kPickle,       // torch.save
  kTorchScript,  // torch.jit.save
};
// DataLoss when it is neither; says so when it is torch.save's format before
// PyTorch 1.6, and how to convert it.
absl::StatusOr<TorchFileKind> DetectTorchFile(absl::string_view bytes);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_ARCHIVE_H_
