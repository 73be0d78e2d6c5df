// What a program says of itself: as text (--help) and as JSON (--help=json),
// both from its flags' definitions.
#ifndef MASKFILL_CORE_BASE_PROGRAM_HELP_H_
#define MASKFILL_CORE_BASE_PROGRAM_HELP_H_

#include <string>
#include <vector>

#include "core/base/flag_facts.h"

namespace maskfill {

// An argument that stands without a flag's name.
struct ProgramArgument {
  std::string name;  // as in the usage: PATH
  FlagFacts facts;
  std::string help;
};

struct ProgramHelp {
  std::string program;  // its name
  // One paragraph, an empty line, and examples; each example is a command and
  // stands on a line of its own, indented by two spaces.
  std::string usage;
  std::vector<ProgramArgument> arguments;  // in their order
};

// The usage, the flags of maskfill's own files by theme, the program's first,
// and the exit codes.
std::string HelpText(const ProgramHelp& help);

// The same for programs: an object with
//
//   program, version, description, usage, examples[], arguments[], flags[],
//   exit_codes[]
//
// Of a flag: name, type (of gflags), default (of that type), help, group (its
// theme), required, required_unless[] (then required is false), path ("" or as
// ToString(FlagPath)), list, values[]. Of an argument the same without type,
// default and group. Of an exit code: code, name, meaning, retry.
std::string HelpJson(const ProgramHelp& help);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_PROGRAM_HELP_H_
