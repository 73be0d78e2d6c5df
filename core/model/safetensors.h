// Reading and writing safetensors files.
//
//   ASSIGN_OR_RETURN(SafetensorsFile file, ReadSafetensors(path));
//   at::Tensor weight = file.tensors.at("classifier.weight");
#ifndef MASKFILL_CORE_MODEL_SAFETENSORS_H_
#define MASKFILL_CORE_MODEL_SAFETENSORS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/atomic_file.h"
#include "core/base/mapped_file.h"
#include "core/model/named_tensors.h"
#include "core/record/safetensors_reader.h"

namespace maskfill {

struct SafetensorsFile {
  NamedTensors tensors;  // on the CPU, contiguous, dtypes as stored
  std::map<std::string, std::string> metadata;
};

// Reads a whole file into memory of its own. Dtypes: BOOL U8 I8 U16 I16 F16
// BF16 U32 I32 F32 U64 I64 F64. Errors as SafetensorsReader: tensors that carry
// checksums are compared with them.
absl::StatusOr<SafetensorsFile> ReadSafetensors(const std::string& path);
// The same of what is open already.
absl::StatusOr<SafetensorsFile> ReadSafetensors(
    const SafetensorsReader& reader);
// The same without copies: tensors lie in `file`, which they keep open, and
// must not be written to; only those that are not aligned there are copied.
absl::StatusOr<SafetensorsFile> MapSafetensors(
    const std::shared_ptr<const MappedFile>& file);

// Writes atomically (the file is complete under its name or absent). Tensors
// may lie on any device; what is not contiguous on the CPU, or is not of the
// dtype `floating` that floating-point tensors are stored as (unset: as they
// are), is copied, one tensor at a time. The bytes depend on the
// arguments alone: tensors by descending element size, then by name. `metadata`
// gets format=pt, without which common loaders refuse a file, and the checksums
// of all tensors. InvalidArgument for a dtype that the format does not know.
absl::Status WriteSafetensors(
    const std::string& path, const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata = {},
    std::optional<at::ScalarType> floating = std::nullopt);
// The same bytes into a new file that the caller commits.
absl::Status WriteSafetensors(
    const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata,
    std::optional<at::ScalarType> floating, AtomicFile* file);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_SAFETENSORS_H_
