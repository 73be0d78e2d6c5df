// What every main() does first.
#ifndef MASKFILL_CORE_BASE_INIT_H_
#define MASKFILL_CORE_BASE_INIT_H_

#include <string>

namespace maskfill {

// The version of the tools, as recorded in every manifest and checkpoint.
extern const char kToolVersion[];

// Parses flags (--help prints only the flags of maskfill's own files; an
// unknown or malformed flag, or a left-over argument when `max_positional` is
// 0, ends the process with exit code 64), starts glog on stderr and installs
// the preemption handlers (preemption.h). After it, argv[1..argc) holds the
// positional arguments. `usage`: one paragraph and one example.
void InitMain(const std::string& usage, int* argc, char*** argv,
              int max_positional = 0);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_INIT_H_
