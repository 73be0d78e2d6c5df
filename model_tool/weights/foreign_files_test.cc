#include "model_tool/weights/foreign_files.h"

#include <string>
#include <utility>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/torch_archives.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ForeignFiles, AreNamedWithWhatToDo) {
  const std::pair<std::string, std::string> files[] = {
      {"", "is empty"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n",
       "`git lfs pull`"},
      {"\n <!DOCTYPE HTML><html></html>", "HTML page"},
      {"<html><body>403</body></html>", "HTML page"},
      {"<?xml version=\"1.0\"?><Error/>", "XML"},
      {"\xef\xbb\xbf{\"weight_map\": {}}", "index of weights"},
      {"{\"a\": 1}", "JSON"},
      {std::string("\x1f\x8b\x08", 3), "gzip"},
      {"\x93NUMPY\x01", "NumPy array"},
      {"\x89HDF\r\n", "HDF5"},
      {"GGUF\x03", "GGUF"},
      {std::string("\x80\x02}q\x00.", 6), "before PyTorch 1.6"},
      {std::string(4096, '\0'), "zeros only"},
      {"hello, world", "neither a zip archive of torch nor a safetensors"},
  };
  for (const auto& [bytes, message] : files) {
    EXPECT_THAT(DescribeForeignFile(bytes), HasSubstr(message)) << bytes;
  }
}

TEST(ForeignFiles, AreSeveralModelsInOneArchive) {
  const std::string path = JoinPath(TestDirectory(), "two.zip");
  WriteZip(path, {{"a/data.pkl", "x"}, {"b/data.pkl", "x"}});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  EXPECT_THAT(DescribeForeignFile(bytes),
              HasSubstr("several files of torch.save (\"a/data.pkl\", "
                        "\"b/data.pkl\")"));
}

TEST(ForeignFiles, KnowTheZipArchivesThatTorchDidNotWrite) {
  const std::string path = JoinPath(TestDirectory(), "a.zip");
  const auto describe = [&](const std::string& name) {
    WriteZip(path, {{name, "x"}});
    auto bytes = ReadFile(path);
    EXPECT_OK(bytes);
    return bytes.ok() ? DescribeForeignFile(*bytes) : "";
  };
  EXPECT_THAT(describe("a.npy"), HasSubstr("NumPy"));
  EXPECT_THAT(describe("weights/ViT.pt"),
              HasSubstr("holds \"weights/ViT.pt\"; unpack it"));
  EXPECT_THAT(describe("readme.md"), HasSubstr("without data.pkl"));
  EXPECT_THAT(describe("archive/data.pkl"), IsEmpty());
}

}  // namespace
}  // namespace maskfill
