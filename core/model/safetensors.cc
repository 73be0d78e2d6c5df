#include "core/model/safetensors.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ATen/ops/empty.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "core/base/atomic_file.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "core/record/safetensors_header.h"

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

absl::StatusOr<at::Tensor> ReadTensor(const SafetensorsReader& reader,
                                      const SafetensorsEntry& entry) {
  at::ScalarType type = at::kFloat;
  for (const auto& [name, scalar_type] : kScalarTypes) {
    if (entry.dtype == name) type = scalar_type;
  }
  at::Tensor tensor = at::empty(entry.shape, at::TensorOptions(type));
  char* data = static_cast<char*>(tensor.data_ptr());
  RETURN_IF_ERROR(reader.Read(entry, data));
  // Any other byte would be neither true nor false.
  if (type == at::kBool &&
      !std::all_of(data, data + tensor.numel(),
                   [](char byte) { return byte == 0 || byte == 1; })) {
    return absl::DataLossError(
        absl::StrCat("\"", reader.path(), "\": tensor \"", entry.name,
                     "\" has dtype BOOL and bytes other than 0 and 1"));
  }
  return tensor;
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

absl::Status WriteSafetensors(
    const std::string& path, const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata) {
  ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(path));
  RETURN_IF_ERROR(WriteSafetensors(tensors, metadata, file.get()));
  return file->Commit();
}

absl::Status WriteSafetensors(
    const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata, AtomicFile* file) {
  // Larger elements first: then every tensor is aligned to its own size.
  std::vector<std::tuple<int64_t, std::string, at::Tensor>> order;
  for (const auto& [name, tensor] : tensors) {
    if (name == "__metadata__") {
      return absl::InvalidArgumentError(
          "a tensor cannot be named \"__metadata__\" in a safetensors file");
    }
    ASSIGN_OR_RETURN(at::Tensor stored, CatchTorch([&tensor = tensor] {
                       return tensor.detach().cpu().contiguous();
                     }));
    order.emplace_back(-static_cast<int64_t>(tensor.element_size()), name,
                       std::move(stored));
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) <
           std::tie(std::get<0>(b), std::get<1>(b));
  });
  SafetensorsHeader header;
  header.metadata = metadata;
  header.metadata.emplace("format", "pt");
  int64_t end = 0;
  for (const auto& [unused, name, tensor] : order) {
    SafetensorsEntry entry;
    entry.name = name;
    for (const auto& [dtype, scalar_type] : kScalarTypes) {
      if (tensor.scalar_type() == scalar_type) entry.dtype = dtype;
    }
    if (entry.dtype.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot write \"", file->path(), "\": tensor \"", name,
                       "\" has a dtype that safetensors files cannot hold (",
                       c10::toString(tensor.scalar_type()), ")"));
    }
    entry.shape = tensor.sizes().vec();
    entry.begin = end;
    end += static_cast<int64_t>(tensor.nbytes());
    entry.end = end;
    entry.crc32c = absl::StrFormat("%08x", Crc32c(Bytes(tensor)));
    header.entries.push_back(std::move(entry));
  }
  RETURN_IF_ERROR(file->Append(FormatSafetensorsHeader(header)));
  for (const auto& [unused, name, tensor] : order) {
    RETURN_IF_ERROR(file->Append(Bytes(tensor)));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
