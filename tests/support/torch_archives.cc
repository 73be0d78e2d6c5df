#include "tests/support/torch_archives.h"

#include "absl/strings/str_cat.h"
#include "caffe2/serialize/inline_container.h"

namespace maskfill {

void WriteTorchArchive(const std::string& path, const std::string& pickle,
                       const std::map<std::string, std::string>& storages,
                       const std::string& byteorder,
                       const std::map<std::string, std::string>& records) {
  caffe2::serialize::PyTorchStreamWriter writer(path);
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  writer.writeRecord("byteorder", byteorder.data(), byteorder.size());
  for (const auto& [key, bytes] : storages) {
    writer.writeRecord(absl::StrCat("data/", key), bytes.data(), bytes.size());
  }
  for (const auto& [name, bytes] : records) {
    writer.writeRecord(name, bytes.data(), bytes.size());
  }
  writer.writeEndOfFile();
}

std::string FloatBytes(const std::vector<float>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(float));
}

}  // namespace maskfill
