// Writing Python pickles, opcode by opcode.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_WRITER_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace maskfill {

// Writes protocol 2 as Python's pickler does (without memos). Format: CPython's
// Lib/pickletools.py.
//
//   std::string bytes = PickleWriter()
//                           .Op("}").Op("(").String("a").Int(7).Op("u")
//                           .Finish();  // {"a": 7}
class PickleWriter {
 public:
  PickleWriter() : bytes_("\x80\x02") {}

  PickleWriter& Op(absl::string_view bytes);
  PickleWriter& String(absl::string_view text);
  PickleWriter& Int(int64_t value);
  PickleWriter& Global(absl::string_view module, absl::string_view name);
  PickleWriter& IntTuple(const std::vector<int64_t>& values);
  // A persistent id: torch.<class_name>, e.g. "FloatStorage".
  PickleWriter& Storage(absl::string_view class_name, absl::string_view key,
                        int64_t elements);
  // torch._utils._rebuild_tensor_v2 on that storage.
  PickleWriter& Tensor(absl::string_view class_name, absl::string_view key,
                       int64_t elements, int64_t offset,
                       const std::vector<int64_t>& size,
                       const std::vector<int64_t>& stride);
  std::string Finish() { return bytes_ + "."; }

 private:
  std::string bytes_;
};

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_WRITER_H_
