// From an entry of the ledger back to the command that made it.
#ifndef MASKFILL_EVAL_REPORT_PAGE_REPEAT_COMMAND_H_
#define MASKFILL_EVAL_REPORT_PAGE_REPEAT_COMMAND_H_

#include <string>

#include "absl/strings/string_view.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// "train --beta=2 --mode=fd ... --input=records/train --output=OUTPUT". Inputs
// stand where they lay then, counted from the directory of that run. What does
// not change the result is left out.
std::string RepeatCommand(const v1::Manifest& entry, absl::string_view output);

// `text` as one word of a shell's command line.
std::string ShellWord(absl::string_view text);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PAGE_REPEAT_COMMAND_H_
