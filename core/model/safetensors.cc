#include "core/model/safetensors.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ATen/ops/empty.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors_header.h"

namespace maskfill {
namespace {

constexpr std::pair<const char*, at::ScalarType> kScalarTypes[] = {
    {"BOOL", at::kBool},     {"U8", at::kByte},    {"I8", at::kChar},
    {"U16", at::kUInt16},    {"I16", at::kShort},  {"F16", at::kHalf},
    {"BF16", at::kBFloat16}, {"U32", at::kUInt32}, {"I32", at::kInt},
    {"F32", at::kFloat},     {"U64", at::kUInt64}, {"I64", at::kLong},
    {"F64", at::kDouble},
};

// Copies `size` bytes at `offset` of the file to `out`.
using ReadAt =
    std::function<absl::Status(int64_t offset, int64_t size, char* out)>;

absl::StatusOr<SafetensorsFile> Read(int64_t file_bytes,
                                     const ReadAt& read_at) {
  constexpr int64_t kLengthBytes = 8;
  std::string first(std::min(kLengthBytes, file_bytes), '\0');
  RETURN_IF_ERROR(read_at(0, first.size(), first.data()));
  ASSIGN_OR_RETURN(const int64_t header_bytes,
                   ParseSafetensorsLength(first, file_bytes));
  std::string json(header_bytes, '\0');
  RETURN_IF_ERROR(read_at(kLengthBytes, header_bytes, json.data()));
  const int64_t data_begin = kLengthBytes + header_bytes;
  ASSIGN_OR_RETURN(SafetensorsHeader header,
                   ParseSafetensorsHeader(json, file_bytes - data_begin));
  SafetensorsFile file;
  file.metadata = std::move(header.metadata);
  for (const SafetensorsEntry& entry : header.entries) {
    at::ScalarType type = at::kFloat;
    for (const auto& [name, scalar_type] : kScalarTypes) {
      if (entry.dtype == name) type = scalar_type;
    }
    at::Tensor tensor = at::empty(entry.shape, at::TensorOptions(type));
    char* data = static_cast<char*>(tensor.data_ptr());
    const int64_t bytes = entry.end - entry.begin;
    if (bytes > 0) {
      RETURN_IF_ERROR(read_at(data_begin + entry.begin, bytes, data));
    }
    if (type == at::kBool) {
      // Any other byte would be neither true nor false.
      const bool valid = std::all_of(
          data, data + bytes, [](char byte) { return byte == 0 || byte == 1; });
      if (!valid) {
        return absl::DataLossError(
            absl::StrCat("not a valid safetensors file: \"", entry.name,
                         "\" has dtype BOOL and bytes other than 0 and 1"));
      }
    }
    file.tensors.emplace(entry.name, std::move(tensor));
  }
  return file;
}

}  // namespace

absl::StatusOr<SafetensorsFile> ReadSafetensors(const std::string& path) {
  if (IsDirectory(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", path, "\" is a directory, expected a file"));
  }
  ASSIGN_OR_RETURN(const int64_t file_bytes, FileSize(path));
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const std::string message =
        absl::StrCat("cannot open \"", path, "\": ", std::strerror(errno));
    return errno == EACCES ? absl::PermissionDeniedError(message)
                           : absl::UnavailableError(message);
  }
  absl::Cleanup close_file = [fd] { close(fd); };
  const ReadAt read_at = [fd](int64_t offset, int64_t size, char* out) {
    while (size > 0) {
      const ssize_t got = pread(fd, out, size, offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        return absl::UnavailableError(
            absl::StrCat("cannot read: ", std::strerror(errno)));
      }
      if (got == 0) {
        return absl::DataLossError("the file became shorter while being read");
      }
      out += got;
      offset += got;
      size -= got;
    }
    return absl::OkStatus();
  };
  return Annotate(Read(file_bytes, read_at), absl::StrCat("\"", path, "\""));
}

absl::StatusOr<SafetensorsFile> ParseSafetensors(absl::string_view bytes) {
  return Read(bytes.size(), [bytes](int64_t offset, int64_t size, char* out) {
    std::copy_n(bytes.data() + offset, size, out);
    return absl::OkStatus();
  });
}

absl::Status WriteSafetensors(
    const std::string& path, const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata) {
  // Larger elements first: then every tensor is aligned to its own size.
  std::vector<std::tuple<int64_t, std::string, at::Tensor>> order;
  for (const auto& [name, tensor] : tensors) {
    if (name == "__metadata__") {
      return absl::InvalidArgumentError(
          "a tensor cannot be named \"__metadata__\" in a safetensors file");
    }
    order.emplace_back(-static_cast<int64_t>(tensor.element_size()), name,
                       tensor);
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
          absl::StrCat("cannot write \"", path, "\": tensor \"", name,
                       "\" has a dtype that safetensors files cannot hold (",
                       c10::toString(tensor.scalar_type()), ")"));
    }
    entry.shape = tensor.sizes().vec();
    entry.begin = end;
    end += static_cast<int64_t>(tensor.nbytes());
    entry.end = end;
    header.entries.push_back(std::move(entry));
  }
  ASSIGN_OR_RETURN(auto file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file->Append(FormatSafetensorsHeader(header)));
  for (const auto& [unused, name, tensor] : order) {
    const at::Tensor stored = tensor.detach().cpu().contiguous();
    RETURN_IF_ERROR(file->Append(absl::string_view(
        static_cast<const char*>(stored.const_data_ptr()), stored.nbytes())));
  }
  return file->Commit();
}

}  // namespace maskfill
