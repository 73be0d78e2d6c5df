#include "model_tool/weights/foreign_files.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "model_tool/weights/zip_contents.h"

namespace maskfill {
namespace {

constexpr size_t kLooksAt = 512;

struct Kind {
  absl::string_view begins;  // bytes
  absl::string_view is;
};

constexpr char kConvert[] =
    "convert it in Python: "
    "torch.save(torch.load(old, map_location='cpu'), new)";

// By their first bytes.
constexpr Kind kBinary[] = {
    {"\x1f\x8b", "is compressed by gzip; unpack it"},
    {"BZh", "is compressed by bzip2; unpack it"},
    {"\xfd"
     "7zXZ",
     "is compressed by xz; unpack it"},
    {"\x28\xb5\x2f\xfd", "is compressed by zstd; unpack it"},
    {"7z\xbc\xaf", "is a 7z archive; unpack it"},
    {"\x93NUMPY", "is a NumPy array; expected a state dict of torch"},
    {"\x89HDF",
     "is an HDF5 file, as Keras writes; expected a state dict of "
     "torch"},
    {"GGUF", "is a GGUF file; expected the unquantised weights of torch"},
    {"%PDF", "is a PDF document"},
};

// By their first words, white space and letter case aside.
constexpr Kind kText[] = {
    {"version https://git-lfs",
     "is a Git LFS pointer, not the weights: run `git lfs pull`, or download "
     "the file itself"},
    {"<!doctype html",
     "is an HTML page, not weights: the download failed; "
     "open it in a browser to see why"},
    {"<html",
     "is an HTML page, not weights: the download failed; open it in "
     "a browser to see why"},
    {"<?xml",
     "is an XML document, as storage services answer an error with; "
     "download the file again"},
    {"#!", "is a script, not weights"},
};

// A zip archive that torch.save did not write.
std::string DescribeZip(absl::string_view bytes) {
  const absl::StatusOr<ZipContents> contents = ReadZipContents(bytes);
  if (!contents.ok()) return "";  // its reader says what is damaged
  std::vector<std::string> pickles;
  for (const std::string& name : contents->names) {
    if (absl::EndsWith(name, "/data.pkl") || name == "data.pkl") {
      pickles.push_back(name);
    }
  }
  if (pickles.size() == 1) return "";
  if (pickles.size() > 1) {
    return absl::StrCat("is a zip archive of several files of torch.save (\"",
                        pickles[0], "\", \"", pickles[1],
                        "\"); expected one of them alone");
  }
  for (const std::string& name : contents->names) {
    if (absl::EndsWith(name, ".npy")) {
      return "is an archive of NumPy arrays (.npz); expected a state dict of "
             "torch or safetensors";
    }
    for (const char* suffix : {".pt", ".pth", ".bin", ".safetensors"}) {
      if (absl::EndsWith(name, suffix)) {
        return absl::StrCat("is a zip archive that holds \"", name,
                            "\"; unpack it and name that file");
      }
    }
  }
  return absl::StrCat(
      "is a zip archive without data.pkl, so not made by "
      "torch.save (its first entry is \"",
      contents->names.front(), "\")");
}

std::string DescribeJson(absl::string_view bytes) {
  if (absl::StrContains(bytes.substr(0, 1 << 20), "\"weight_map\"")) {
    return "is the index of weights in several files; name it as --source "
           "with its own name, *.index.json";
  }
  return "is a JSON file, not weights; name the weights or their folder";
}

}  // namespace

std::string DescribeForeignFile(absl::string_view bytes) {
  if (bytes.empty()) return "is empty; get the file again";
  for (const Kind& kind : kBinary) {
    if (absl::StartsWith(bytes, kind.begins)) return std::string(kind.is);
  }
  if (absl::StartsWith(bytes, absl::string_view("PK\x03\x04", 4))) {
    return DescribeZip(bytes);
  }
  if (bytes.size() > 8 && bytes[8] == '{') return "";  // safetensors
  const bool tar = bytes.size() > 262 && bytes.substr(257, 5) == "ustar";
  const bool pickle =
      bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
  if (pickle) {
    return absl::StrCat(
        "is a bare pickle or in torch.save's format from before PyTorch 1.6; ",
        kConvert);
  }
  if (tar) {
    return absl::StrCat(
        "is a tar archive: unpack it if it holds weights; if "
        "torch.save wrote it before PyTorch 1.0, ",
        kConvert);
  }
  absl::string_view text = bytes.substr(0, kLooksAt);
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  text = absl::StripLeadingAsciiWhitespace(text);
  for (const Kind& kind : kText) {
    if (absl::StartsWithIgnoreCase(text, kind.begins)) {
      return std::string(kind.is);
    }
  }
  if (absl::StartsWith(text, "{")) return DescribeJson(bytes);
  if (std::all_of(bytes.begin(),
                  bytes.begin() + std::min(bytes.size(), kLooksAt),
                  [](char byte) { return byte == 0; })) {
    return "begins with zeros only: the download or copy was cut; get the file "
           "again";
  }
  return "is neither a zip archive of torch nor a safetensors file";
}

}  // namespace maskfill
