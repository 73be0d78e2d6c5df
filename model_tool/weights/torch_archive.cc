#include "model_tool/weights/torch_archive.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ATen/ops/empty.h"
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

TorchArchive::TorchArchive(int64_t file_bytes,
                           std::unique_ptr<PyTorchStreamReader> reader)
    : file_bytes_(file_bytes), reader_(std::move(reader)) {}

TorchArchive::~TorchArchive() = default;

absl::StatusOr<std::unique_ptr<TorchArchive>> TorchArchive::Open(
    absl::string_view bytes) {
  ASSIGN_OR_RETURN(auto reader, OpenZip(bytes));
  std::unique_ptr<TorchArchive> archive(
      new TorchArchive(static_cast<int64_t>(bytes.size()), std::move(reader)));
  const absl::StatusOr<bool> has_order =
      CatchTorch([&] { return archive->reader_->hasRecord("byteorder"); });
  RETURN_IF_ERROR(ZipStatus(has_order.status()));
  if (*has_order) {
    ASSIGN_OR_RETURN(const std::string order,
                     archive->ReadRecord("byteorder", 16));
    if (order != "little") {
      return absl::DataLossError(
          absl::StrCat("byte order is \"", order, "\", expected \"little\""));
    }
  }
  ASSIGN_OR_RETURN(const std::string pickle,
                   archive->ReadRecord("data.pkl", kMaxPickleBytes));
  ASSIGN_OR_RETURN(archive->pickle_, Unpickle(pickle));
  return archive;
}

absl::StatusOr<std::string> TorchArchive::ReadRecord(const std::string& name,
                                                     int64_t max_bytes) {
  auto bytes = CatchTorch([&]() -> absl::StatusOr<std::string> {
    const size_t size = reader_->getRecordSize(name);
    // Records are stored as they are, so none is larger than the file.
    if (static_cast<int64_t>(size) > std::min(file_bytes_, max_bytes)) {
      return absl::DataLossError(absl::StrCat(
          "entry \"", name, "\" says it has ", size,
          " bytes, expected at most ", std::min(file_bytes_, max_bytes)));
    }
    std::string record(size, '\0');
    reader_->getRecord(name, record.data(), size);
    return record;
  });
  if (!bytes.ok()) return ZipStatus(bytes.status());
  return bytes;
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
    const std::string name = absl::StrCat("data/", storage.text);
    auto read = CatchTorch([&]() -> absl::StatusOr<at::Tensor> {
      const size_t size = reader_->getRecordSize(name);
      if (static_cast<int64_t>(size) > file_bytes_) {
        return absl::DataLossError(
            absl::StrCat("entry \"", name, "\" says it has ", size,
                         " bytes, the whole file has ", file_bytes_));
      }
      at::Tensor buffer = at::empty({static_cast<int64_t>(size)}, at::kByte);
      reader_->getRecord(name, buffer.data_ptr(), size);
      return buffer;
    });
    if (!read.ok()) return ZipStatus(read.status());
    bytes = *std::move(read);
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

absl::StatusOr<TorchFileKind> DetectTorchFile(absl::string_view bytes) {
  const bool tar = bytes.size() > 262 && bytes.substr(257, 5) == "ustar";
  const bool pickle =
      bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
  if (tar || pickle) {
    return absl::DataLossError(
        "is a bare pickle or in torch.save's format from before PyTorch 1.6; "
        "convert it in Python: "
        "torch.save(torch.load(old, map_location='cpu'), new)");
  }
  if (!absl::StartsWith(bytes, absl::string_view("PK\x03\x04", 4))) {
    return absl::DataLossError(
        "is neither a zip archive of torch nor a safetensors file");
  }
  ASSIGN_OR_RETURN(const auto reader, OpenZip(bytes));
  auto kind = CatchTorch([&]() -> absl::StatusOr<TorchFileKind> {
    if (reader->hasRecord("constants.pkl")) return TorchFileKind::kTorchScript;
    if (reader->hasRecord("data.pkl")) return TorchFileKind::kPickle;
    return absl::DataLossError(
        "is a zip archive without data.pkl, so not made by torch.save");
  });
  if (!kind.ok()) return ZipStatus(kind.status());
  return kind;
}

}  // namespace maskfill
