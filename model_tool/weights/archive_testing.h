// Archives of torch.save for tests.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_ARCHIVE_TESTING_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_ARCHIVE_TESTING_H_

#include <map>
#include <string>
#include <vector>

namespace maskfill {

// A zip archive as torch.save writes it: data.pkl, byteorder and one record
// data/<key> per storage.
void WriteTorchArchive(const std::string& path, const std::string& pickle,
                       const std::map<std::string, std::string>& storages,
                       const std::string& byteorder = "little");

// The bytes of float32 values.
std::string FloatBytes(const std::vector<float>& values);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_ARCHIVE_TESTING_H_
