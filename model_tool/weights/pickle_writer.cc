#include "model_tool/weights/pickle_writer.h"

#include "absl/strings/str_cat.h"

namespace maskfill {
namespace {

std::string LittleEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) {
    text.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
  }
  return text;
}

}  // namespace

PickleWriter& PickleWriter::Op(absl::string_view bytes) {
  absl::StrAppend(&bytes_, bytes);
  return *this;
}

PickleWriter& PickleWriter::String(absl::string_view text) {
  absl::StrAppend(&bytes_, "X", LittleEndian(text.size(), 4), text);
  return *this;
}

PickleWriter& PickleWriter::Int(int64_t value) {
  // LONG1 of eight bytes holds any.
  absl::StrAppend(&bytes_, "\x8a\x08",
                  LittleEndian(static_cast<uint64_t>(value), 8));
  return *this;
}

PickleWriter& PickleWriter::Global(absl::string_view module,
                                   absl::string_view name) {
  absl::StrAppend(&bytes_, "c", module, "\n", name, "\n");
  return *this;
}

PickleWriter& PickleWriter::IntTuple(const std::vector<int64_t>& values) {
  Op("(");
  for (int64_t value : values) Int(value);
  return Op("t");
}

PickleWriter& PickleWriter::Storage(absl::string_view class_name,
                                    absl::string_view key, int64_t elements) {
  return Op("(")
      .String("storage")
      .Global("torch", class_name)
      .String(key)
      .String("cpu")
      .Int(elements)
      .Op("tQ");
}

PickleWriter& PickleWriter::Tensor(absl::string_view class_name,
                                   absl::string_view key, int64_t elements,
                                   int64_t offset,
                                   const std::vector<int64_t>& size,
                                   const std::vector<int64_t>& stride) {
  return Global("torch._utils", "_rebuild_tensor_v2")
      .Op("(")
      .Storage(class_name, key, elements)
      .Int(offset)
      .IntTuple(size)
      .IntTuple(stride)
      .Op("\x89")
      .Global("collections", "OrderedDict")
      .Op(")R")
      .Op("tR");
}

}  // namespace maskfill
