#include "core/model/safetensors.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ATen/ops/empty.h"
#include "ATen/ops/from_blob.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "core/base/atomic_file.h"
#include "core/base/crc32c.h"
#include "core/base/mapped_file.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "core/record/safetensors_header.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr std::pair<const char*, at::ScalarType> kScalarTypes[] = {
    {"BOOL", at::kBool},     {"U8", at::kByte},    {"I8", at::kChar},
    {"U16", at::kUInt16},    {"I16", at::kShort},  {"F16", at::kHalf},
    {"BF16", at::kBFloat16}, {"U32", at::kUInt32}, {"I32", at::kInt},
    {"F32", at::kFloat},     {"U64", at::kUInt64}, {"I64", at::kLong},
    {"F64", at::kDouble},
};

absl::string_view Bytes(const at::Tensor& contiguous) {
  return absl::string_view(
      static_cast<const char*>(contiguous.const_data_ptr()),
      contiguous.nbytes());
}

at::ScalarType ScalarTypeOf(const SafetensorsEntry& entry) {
  for (const auto& [name, scalar_type] : kScalarTypes) {
    if (entry.dtype == name) return scalar_type;
  }
  return at::kFloat;
}

// Any other byte would be neither true nor false.
absl::Status CheckBooleans(const std::string& path,
                           const SafetensorsEntry& entry,
                           absl::string_view bytes) {
  if (ScalarTypeOf(entry) != at::kBool ||
      std::all_of(bytes.begin(), bytes.end(),
                  [](char byte) { return byte == 0 || byte == 1; })) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat("\"", path, "\": tensor \"", entry.name,
                   "\" has dtype BOOL and bytes other than 0 and 1"));
}

absl::StatusOr<at::Tensor> ReadTensor(const SafetensorsReader& reader,
                                      const SafetensorsEntry& entry) {
  at::Tensor tensor =
      at::empty(entry.shape, at::TensorOptions(ScalarTypeOf(entry)));
  RETURN_IF_ERROR(reader.Read(entry, static_cast<char*>(tensor.data_ptr())));
  RETURN_IF_ERROR(CheckBooleans(reader.path(), entry, Bytes(tensor)));
  return tensor;
}

// `bytes` of `file` as a tensor that keeps it open.
absl::StatusOr<at::Tensor> MapTensor(
    const std::shared_ptr<const MappedFile>& file, absl::string_view bytes,
    const SafetensorsEntry& entry) {
  RETURN_IF_ERROR(CheckBooleans(file->path(), entry, bytes));
  const at::ScalarType type = ScalarTypeOf(entry);
  if (bytes.empty()) return at::empty(entry.shape, at::TensorOptions(type));
  const auto address = reinterpret_cast<uintptr_t>(bytes.data());
  if (address % at::elementSize(type) != 0) {
    at::Tensor copy = at::empty(entry.shape, at::TensorOptions(type));
    bytes.copy(static_cast<char*>(copy.data_ptr()), bytes.size());
    return copy;
  }
  return at::from_blob(
      const_cast<char*>(bytes.data()), entry.shape,
      [file](void*) {},  // closed with the last tensor
      at::TensorOptions(type));
}

std::string ChecksumText(uint32_t crc) { return absl::StrFormat("%08x", crc); }

// What is stored of `tensor`.
at::Tensor Stored(const at::Tensor& tensor,
                  std::optional<at::ScalarType> floating) {
  at::Tensor stored = tensor.detach().cpu();
  if (floating.has_value() && stored.is_floating_point()) {
    stored = stored.to(*floating);
  }
  return stored.contiguous();
}

}  // namespace

absl::StatusOr<SafetensorsFile> ReadSafetensors(
    const SafetensorsReader& reader) {
  SafetensorsFile file;
  file.metadata = reader.header().metadata;
  for (const SafetensorsEntry& entry : reader.header().entries) {
    ASSIGN_OR_RETURN(file.tensors[entry.name],
                     CatchTorch([&] { return ReadTensor(reader, entry); }));
  }
  return file;
}

absl::StatusOr<SafetensorsFile> ReadSafetensors(const std::string& path) {
  ASSIGN_OR_RETURN(const auto reader, SafetensorsReader::Open(path));
  return ReadSafetensors(*reader);
}

absl::StatusOr<SafetensorsFile> MapSafetensors(
    const std::shared_ptr<const MappedFile>& mapped) {
  ASSIGN_OR_RETURN(const auto reader, SafetensorsReader::OpenBytes(
                                          mapped->bytes(), mapped->path()));
  const SafetensorsHeader& header = reader->header();
  if (HasChecksums(header)) {
    RETURN_IF_ERROR(reader->ReadChecksums());
    mapped->DropPages();
  }
  SafetensorsFile file;
  file.metadata = header.metadata;
  if (header.entries.empty()) return file;
  // The data ends with the file.
  absl::string_view data = mapped->bytes();
  data.remove_prefix(data.size() - header.entries.back().end);
  for (const SafetensorsEntry& entry : header.entries) {
    const absl::string_view bytes =
        data.substr(entry.begin, entry.end - entry.begin);
    ASSIGN_OR_RETURN(file.tensors[entry.name], CatchTorch([&] {
                       return MapTensor(mapped, bytes, entry);
                     }));
  }
  return file;
}

absl::Status WriteSafetensors(
    const std::string& path, const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata,
    std::optional<at::ScalarType> floating) {
  ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(path));
  RETURN_IF_ERROR(WriteSafetensors(tensors, metadata, floating, file.get()));
  return file->Commit();
}

absl::Status WriteSafetensors(
    const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata,
    std::optional<at::ScalarType> floating, AtomicFile* file) {
  SafetensorsHeader header;
  header.metadata = metadata;
  header.metadata.emplace("format", "pt");
  for (const auto& [name, tensor] : tensors) {
    if (name == "__metadata__") {
      return absl::InvalidArgumentError(
          "a tensor cannot be named \"__metadata__\" in a safetensors file");
    }
    const at::ScalarType type =
        floating.has_value() && tensor.is_floating_point()
            ? *floating
            : tensor.scalar_type();
    SafetensorsEntry entry;
    entry.name = name;
    for (const auto& [dtype, scalar_type] : kScalarTypes) {
      if (type == scalar_type) entry.dtype = dtype;
    }
    if (entry.dtype.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot write \"", file->path(), "\": tensor \"", name,
                       "\" has a dtype that safetensors files cannot hold (",
                       c10::toString(type), ")"));
    }
    entry.shape = tensor.sizes().vec();
    entry.end = tensor.numel() * SafetensorsElementBytes(entry.dtype);
    entry.crc32c = ChecksumText(0);
    header.entries.push_back(std::move(entry));
  }
  // Larger elements first: then every tensor is aligned to its own size.
  std::stable_sort(header.entries.begin(), header.entries.end(),
                   [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
                     return SafetensorsElementBytes(a.dtype) >
                            SafetensorsElementBytes(b.dtype);
                   });
  int64_t end = 0;
  for (SafetensorsEntry& entry : header.entries) {
    entry.begin = end;
    end = entry.end += end;
  }
  // The checksums are known when the tensors are written, and as long as now.
  const size_t header_bytes = FormatSafetensorsHeader(header).size();
  RETURN_IF_ERROR(file->SkipStart(static_cast<int64_t>(header_bytes)));
  for (SafetensorsEntry& entry : header.entries) {
    ASSIGN_OR_RETURN(const at::Tensor stored, CatchTorch([&] {
                       return Stored(tensors.at(entry.name), floating);
                     }));
    const uint32_t before = file->crc32c();
    RETURN_IF_ERROR(file->Append(Bytes(stored)));
    entry.crc32c =
        ChecksumText(Crc32cOfBoth(before, file->crc32c(), stored.nbytes()));
  }
  const std::string start = FormatSafetensorsHeader(header);
  CHECK_EQ(start.size(), header_bytes);
  return file->FillStart(start);
}

}  // namespace maskfill
