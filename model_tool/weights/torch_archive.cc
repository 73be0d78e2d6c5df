#include "model_tool/weights/torch_archive.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ATen/ops/empty.h"
#include "ATen/ops/from_blob.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "caffe2/serialize/inline_container.h"
#include "caffe2/serialize/read_adapter_interface.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "model_tool/weights/unpickler.h"

namespace maskfill {
namespace {

using caffe2::serialize::PyTorchStreamReader;

constexpr int64_t kMaxPickleBytes = int64_t{64} << 20;

constexpr std::pair<const char*, at::ScalarType> kStorageTypes[] = {
    {"torch FloatStorage", at::kFloat},
    {"torch HalfStorage", at::kHalf},
    {"torch BFloat16Storage", at::kBFloat16},
    {"torch DoubleStorage", at::kDouble},
    {"torch LongStorage", at::kLong},
    {"torch IntStorage", at::kInt},
    {"torch ShortStorage", at::kShort},
    {"torch CharStorage", at::kChar},
    {"torch ByteStorage", at::kByte},
    {"torch BoolStorage", at::kBool},
};

// An exception of the zip reader means a damaged file.
absl::Status ZipStatus(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kInternal) return status;
  return absl::DataLossError(
      absl::StrCat("not a complete torch archive: ", status.message()));
}

// PyTorch's zip reader takes bytes only so.
class BytesAdapter : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit BytesAdapter(absl::string_view bytes) : bytes_(bytes) {}
  size_t size() const override { return bytes_.size(); }
  size_t read(uint64_t position, void* out, size_t n,
              const char* /*what*/) const override {
    return position > bytes_.size()
               ? 0
               : bytes_.copy(static_cast<char*>(out), n, position);
  }

 private:
  const absl::string_view bytes_;
};

absl::StatusOr<std::unique_ptr<PyTorchStreamReader>> OpenZip(
    absl::string_view bytes) {
  auto reader = CatchTorch([&] {
    return std::make_unique<PyTorchStreamReader>(
        std::make_shared<BytesAdapter>(bytes));
  });
  if (!reader.ok()) return ZipStatus(reader.status());
  return reader;
}

// The number of elements that a view reaches over, or an error. All values
// are checked before anything is multiplied into an overflow.
absl::Status CheckView(const std::vector<int64_t>& size,
                       const std::vector<int64_t>& stride, int64_t offset,
                       int64_t elements) {
  if (offset < 0) return absl::DataLossError("a tensor's offset is negative");
  int64_t count = 1;
  int64_t last = offset;
  for (size_t i = 0; i < size.size(); ++i) {
    int64_t reach = 0;
    if (size[i] < 0 || stride[i] < 0 ||
        __builtin_mul_overflow(count, size[i], &count) ||
        (size[i] > 0 &&
         (__builtin_mul_overflow(size[i] - 1, stride[i], &reach) ||
          __builtin_add_overflow(last, reach, &last)))) {
      return absl::DataLossError("a tensor's sizes or strides are impossible");
    }
  }
  if (count > elements && last < elements) {
    return absl::DataLossError(absl::StrCat(
        "a tensor of ", count, " elements [", absl::StrJoin(size, ", "),
        "] repeats those of a storage of ", elements,
        " (Tensor.expand); save it as tensor.contiguous()"));
  }
  if (count > elements || (count > 0 && last >= elements)) {
    return absl::DataLossError(
        absl::StrCat("a tensor of ", count, " elements [",
                     absl::StrJoin(size, ", "), "] up to element ", last,
                     " reaches beyond its storage of ", elements, " elements"));
  }
  return absl::OkStatus();
}

std::vector<int64_t> Integers(const PickleObject& tuple) {
  std::vector<int64_t> values;
  for (const PickleObject* item : tuple.items) values.push_back(item->integer);
  return values;
}

}  // namespace

TorchArchive::TorchArchive(std::shared_ptr<const MappedFile> file,
                           std::unique_ptr<PyTorchStreamReader> reader)
    : file_(std::move(file)), reader_(std::move(reader)) {}

TorchArchive::~TorchArchive() = default;

absl::StatusOr<std::unique_ptr<TorchArchive>> TorchArchive::Open(
    std::shared_ptr<const MappedFile> file) {
  const absl::string_view bytes = file->bytes();
  ASSIGN_OR_RETURN(ZipContents contents, ReadZipContents(bytes));
  RETURN_IF_ERROR(CheckZipChecksums(bytes));
  ASSIGN_OR_RETURN(auto reader, OpenZip(bytes));
  std::unique_ptr<TorchArchive> archive(
      new TorchArchive(std::move(file), std::move(reader)));
  archive->contents_ = std::move(contents);
  const auto has = [&](const char* name) {
    return CatchTorch([&] { return archive->reader_->hasRecord(name); });
  };
  const absl::StatusOr<bool> has_order = has("byteorder");
  RETURN_IF_ERROR(ZipStatus(has_order.status()));
  if (*has_order) {
    ASSIGN_OR_RETURN(const std::string order,
                     archive->ReadRecord("byteorder", 16));
    if (order != "little") {
      return absl::DataLossError(
          absl::StrCat("byte order is \"", order,
                       "\", expected \"little\"; save the "
                       "weights on a little-endian machine"));
    }
  }
  const absl::StatusOr<bool> is_script = has("constants.pkl");
  RETURN_IF_ERROR(ZipStatus(is_script.status()));
  archive->is_script_ = *is_script;
  ASSIGN_OR_RETURN(const std::string pickle,
                   archive->ReadRecord("data.pkl", kMaxPickleBytes));
  ASSIGN_OR_RETURN(archive->pickle_, Unpickle(pickle));
  return archive;
}

absl::StatusOr<std::string> TorchArchive::ReadCode() {
  std::string code;
  for (const std::string& name : contents_.names) {
    const size_t begin = name.find("/code/");
    if (begin == std::string::npos || !absl::EndsWith(name, ".py")) continue;
    ASSIGN_OR_RETURN(const std::string text,
                     ReadRecord(name.substr(begin + 1), kMaxPickleBytes));
    code += text;
  }
  return code;
}

// ReadZipContents has looked at this; but PyTorch's reader may find another
// directory in the same bytes than libzip.
absl::Status TorchArchive::CountUnpacked(const std::string& name, size_t size) {
  if (!contents_.compressed) return absl::OkStatus();
  const int64_t left = MaxUnpackedBytes(file_->bytes()) - unpacked_bytes_;
  if (size > static_cast<size_t>(left)) {
    return absl::DataLossError(
        absl::StrCat("entry \"", name, "\" says it has ", size,
                     " bytes unpacked, expected at most ", left));
  }
  unpacked_bytes_ += static_cast<int64_t>(size);
  return absl::OkStatus();
}

absl::StatusOr<std::string> TorchArchive::ReadRecord(const std::string& name,
                                                     int64_t max_bytes) {
  auto bytes = CatchTorch([&]() -> absl::StatusOr<std::string> {
    const size_t size = reader_->getRecordSize(name);
    // Records that are stored as they are aren't larger than the file.
    const auto file_bytes = static_cast<int64_t>(file_->bytes().size());
    const int64_t most =
        contents_.compressed ? max_bytes : std::min(file_bytes, max_bytes);
    if (static_cast<int64_t>(size) > most) {
      return absl::DataLossError(
          absl::StrCat("entry \"", name, "\" says it has ", size,
                       " bytes, expected at most ", most));
    }
    RETURN_IF_ERROR(CountUnpacked(name, size));
    std::string record(size, '\0');
    reader_->getRecord(name, record.data(), size);
    return record;
  });
  if (!bytes.ok()) return ZipStatus(bytes.status());
  return bytes;
}

absl::StatusOr<at::Tensor> TorchArchive::ReadBytes(const std::string& name) {
  const absl::string_view file = file_->bytes();
  auto read = CatchTorch([&]() -> absl::StatusOr<at::Tensor> {
    const size_t size = reader_->getRecordSize(name);
    const size_t offset = reader_->getRecordOffset(name);
    const bool inside = offset <= file.size() && size <= file.size() - offset;
    if (!contents_.compressed && !inside) {
      return absl::DataLossError(absl::StrCat(
          "entry \"", name, "\" says it has ", size, " bytes from byte ",
          offset, ", the whole file has ", file.size()));
    }
    RETURN_IF_ERROR(CountUnpacked(name, size));
    const char* data = file.data() + offset;
    const auto rows = static_cast<int64_t>(size);
    if (!contents_.compressed && size > 0 &&
        reinterpret_cast<uintptr_t>(data) % sizeof(double) == 0) {
      return at::from_blob(
          const_cast<char*>(data), {rows}, [kept = file_](void*) {}, at::kByte);
    }
    at::Tensor buffer = at::empty({rows}, at::kByte);
    reader_->getRecord(name, buffer.data_ptr(), size);
    return buffer;
  });
  if (!read.ok()) return ZipStatus(read.status());
  return read;
}

absl::StatusOr<at::Tensor> TorchArchive::ReadStorage(
    const PickleObject& storage) {
  const std::string& class_name = storage.items[0]->text;
  at::ScalarType type = at::ScalarType::Undefined;
  for (const auto& [name, scalar_type] : kStorageTypes) {
    if (class_name == name) type = scalar_type;
  }
  if (type == at::ScalarType::Undefined) {
    return absl::DataLossError(absl::StrCat(
        "storage ", storage.text, " is of ",
        absl::StrReplaceAll(class_name, {{" ", "."}}),
        ", which is not supported; save the weights as float32 or float16"));
  }
  const int64_t item_bytes = static_cast<int64_t>(at::elementSize(type));
  at::Tensor& bytes = storages_[storage.text];
  if (!bytes.defined()) {
    ASSIGN_OR_RETURN(bytes, ReadBytes(absl::StrCat("data/", storage.text)));
  }
  if (bytes.numel() % item_bytes != 0 ||
      bytes.numel() / item_bytes != storage.integer) {
    return absl::DataLossError(absl::StrCat(
        "storage ", storage.text, " has ", bytes.numel(), " bytes, expected ",
        storage.integer, " elements of ", item_bytes, " bytes"));
  }
  return bytes.view(type);
}

absl::StatusOr<at::Tensor> TorchArchive::Read(const PickleObject& object) {
  if (object.kind != PickleKind::kTensor) {
    return absl::DataLossError(
        absl::StrCat("found ", Describe(object), ", expected a torch tensor"));
  }
  ASSIGN_OR_RETURN(const at::Tensor storage, ReadStorage(*object.items[0]));
  const int64_t offset = object.items[1]->integer;
  const std::vector<int64_t> size = Integers(*object.items[2]);
  const std::vector<int64_t> stride = Integers(*object.items[3]);
  RETURN_IF_ERROR(CheckView(size, stride, offset, storage.numel()));
  return CatchTorch(
      [&] { return storage.as_strided(size, stride, offset).contiguous(); });
}

}  // namespace maskfill
