// Which weights come in and go out, as a table for people.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_TABLE_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_TABLE_H_

#include <string>

namespace maskfill {

// Markdown, made of AllWeightsNamings, AllWeightsFormats and AllExportFormats.
// README.md has it as it is.
std::string WeightsTable();

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_TABLE_H_
