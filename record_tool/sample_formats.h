// A sample in other tools' formats.
#ifndef MASKFILL_RECORD_TOOL_SAMPLE_FORMATS_H_
#define MASKFILL_RECORD_TOOL_SAMPLE_FORMATS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "proto/tf_example.pb.h"
#include "record_tool/sample.h"

namespace maskfill {

// Every value as a feature of its name: text and bytes as bytes_list, one value
// as a list of one.
tensorflow::Example ToTfExample(const Sample& sample);

// The sample's files for WebDataset, name and bytes: <key>.<suffix> with the
// image (jpg, png, webp, gif, bmp, tiff), <key>.cls with the label as text,
// where there are any, and <key>.json with everything else. The key is the
// sample's number in nine digits: WebDataset cuts a name at its first dot, and
// ids may have some.
std::vector<std::pair<std::string, std::string>> ToWebDatasetFiles(
    int64_t number, const Sample& sample);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_SAMPLE_FORMATS_H_
