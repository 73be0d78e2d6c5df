// What every main() does first.
#ifndef MASKFILL_CORE_BASE_INIT_H_
#define MASKFILL_CORE_BASE_INIT_H_

#include <string>
#include <vector>

#include "core/base/build_facts.h"
#include "core/base/program_help.h"

namespace maskfill {

// Parses flags (--help prints only the flags of maskfill's own files,
// --help=json the same as JSON; an unknown or malformed flag, or more arguments
// than `arguments`, ends the process with exit code 64), starts glog on stderr
// and installs the preemption handlers (preemption.h). After it, argv[1..argc)
// holds the positional arguments. `usage`: as of ProgramHelp.
void InitMain(const std::string& usage, int* argc, char*** argv,
              const std::vector<ProgramArgument>& arguments = {});

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_INIT_H_
