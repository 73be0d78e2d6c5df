// Reading and writing safetensors files.
//
//   ASSIGN_OR_RETURN(SafetensorsFile file, ReadSafetensors(path));
//   at::Tensor weight = file.tensors.at("classifier.weight");
#ifndef MASKFILL_CORE_MODEL_SAFETENSORS_H_
#define MASKFILL_CORE_MODEL_SAFETENSORS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/model/named_tensors.h"

namespace maskfill {

struct SafetensorsFile {
  NamedTensors tensors;  // on the CPU, contiguous, dtypes as stored
  std::map<std::string, std::string> metadata;
};

// Reads a whole file into memory of its own (later changes of the file do not
// matter). Dtypes: BOOL U8 I8 U16 I16 F16 BF16 U32 I32 F32 U64 I64 F64.
// NotFound when there is no such file; DataLoss, naming the file and what was
// found and expected, when it is not exactly as the format demands (see
// safetensors_header.h); no memory is reserved before the header is checked
// against the file's size.
absl::StatusOr<SafetensorsFile> ReadSafetensors(const std::string& path);

// The same for the bytes of a file.
absl::StatusOr<SafetensorsFile> ParseSafetensors(absl::string_view bytes);

// Writes atomically (the file is complete under its name or absent). Tensors
// may lie on any device; non-contiguous ones are copied. The bytes depend on
// the arguments alone: tensors by descending element size, then by name.
// `metadata` gets format=pt, without which common loaders refuse a file.
// InvalidArgument for a dtype that the format does not know.
absl::Status WriteSafetensors(
    const std::string& path, const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata = {});

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_SAFETENSORS_H_
