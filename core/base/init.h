// What every main() does.
#ifndef MASKFILL_CORE_BASE_INIT_H_
#define MASKFILL_CORE_BASE_INIT_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
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

// All of a main(): InitMain, then `run` with what it leaves of the arguments.
// Returns the exit code (exit_code.h).
int RunMain(const std::string& usage, int argc, char** argv,
            const std::function<absl::Status(int argc, char** argv)>& run,
            const std::vector<ProgramArgument>& arguments = {});

// The same where there are only flags.
int RunMain(const std::string& usage, int argc, char** argv,
            const std::function<absl::Status()>& run);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_INIT_H_
