// A file that torch.save or torch.jit.save wrote.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_ARCHIVE_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_ARCHIVE_H_

#include <map>
#include <memory>
#include <string>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "core/base/mapped_file.h"
#include "model_tool/weights/pickle_object.h"
#include "model_tool/weights/zip_contents.h"

namespace caffe2::serialize {
class PyTorchStreamReader;
}

namespace maskfill {

// The contents of a zip archive as torch.save and torch.jit.save write it since
// PyTorch 1.6. Only tensors that are asked for are read.
//
//   ASSIGN_OR_RETURN(const auto file, MappedFile::Open("epoch_32.pt"));
//   ASSIGN_OR_RETURN(auto archive, TorchArchive::Open(file));
//   const PickleObject* weights = archive->root().Find("state_dict");
//   ASSIGN_OR_RETURN(at::Tensor proj, archive->Read(*weights->Find("proj")));
//
// Not thread-safe.
class TorchArchive {
 public:
  // DataLoss when it is no such archive, is damaged, or was written on a
  // big-endian machine.
  static absl::StatusOr<std::unique_ptr<TorchArchive>> Open(
      std::shared_ptr<const MappedFile> file);
  ~TorchArchive();

  const PickleObject& root() const { return pickle_.root(); }

  // Whether torch.jit.save wrote it.
  bool is_script() const { return is_script_; }
  // The text of its code, of all files; empty when it is no script.
  absl::StatusOr<std::string> ReadCode();

  // The tensor that `object` describes, on the CPU, contiguous, with its own
  // dtype. Lies in the file, which it keeps open, where it can, and must not
  // be written to. DataLoss when it is no tensor, reaches beyond its storage,
  // or repeats elements so that it is larger than its storage.
  absl::StatusOr<at::Tensor> Read(const PickleObject& object);

 private:
  TorchArchive(std::shared_ptr<const MappedFile> file,
               std::unique_ptr<caffe2::serialize::PyTorchStreamReader> reader);

  absl::Status CountUnpacked(const std::string& name, size_t size);
  absl::StatusOr<std::string> ReadRecord(const std::string& name,
                                         int64_t max_bytes);
  // The bytes of the record `name`, in the file where it can be.
  absl::StatusOr<at::Tensor> ReadBytes(const std::string& name);
  // [elements] of the storage's dtype.
  absl::StatusOr<at::Tensor> ReadStorage(const PickleObject& storage);

  const std::shared_ptr<const MappedFile> file_;
  std::unique_ptr<caffe2::serialize::PyTorchStreamReader> reader_;
  ZipContents contents_;
  int64_t unpacked_bytes_ = 0;  // of what was read of a compressed archive
  bool is_script_ = false;
  Pickle pickle_;
  std::map<std::string, at::Tensor> storages_;  // by key, as bytes
};

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_TORCH_ARCHIVE_H_
