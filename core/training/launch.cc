#include "core/training/launch.h"

#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

using GetVariable = std::function<const char*(const char*)>;

// As torch's own.
constexpr int64_t kDefaultPort = 29500;

// The variables of a launcher; null where it has none.
struct Launcher {
  const char* name;
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;
  const char* hosts = nullptr;  // of all processes, in the order of their ranks
  const char* job = nullptr;    // numbers from which a port is made
  const char* step = nullptr;
  const char* listens = nullptr;  // "True" where the launcher listens itself
  const char* attempt = nullptr;
  // Set by it alone, where others set its rank and size too.
  const char* mark = nullptr;
};

constexpr Launcher kLaunchers[] = {
    {.name = "torchrun",
     .rank = "RANK",
     .size = "WORLD_SIZE",
     .local_rank = "LOCAL_RANK",
     .local_size = "LOCAL_WORLD_SIZE",
     .listens = "TORCHELASTIC_USE_AGENT_STORE",
     .attempt = "TORCHELASTIC_RESTART_COUNT"},
    {.name = "mpirun",
     .rank = "OMPI_COMM_WORLD_RANK",
     .size = "OMPI_COMM_WORLD_SIZE",
     .local_rank = "OMPI_COMM_WORLD_LOCAL_RANK",
     .local_size = "OMPI_COMM_WORLD_LOCAL_SIZE"},
    {.name = "hydra",
     .rank = "PMI_RANK",
     .size = "PMI_SIZE",
     .local_rank = "MPI_LOCALRANKID",
     .local_size = "MPI_LOCALNRANKS",
     .mark = "MPI_LOCALNRANKS"},
    {.name = "srun",
     .rank = "SLURM_PROCID",
     .size = "SLURM_STEP_NUM_TASKS",
     .local_rank = "SLURM_LOCALID",
     .local_size = "SLURM_STEP_TASKS_PER_NODE",
     .hosts = "SLURM_STEP_NODELIST",
     .job = "SLURM_JOB_ID",
     .step = "SLURM_STEP_ID"},
};

std::string Text(const GetVariable& get, const char* name) {
  const char* text = name == nullptr ? nullptr : get(name);
  return text == nullptr ? "" : text;
}

// The number that the variable begins with: "2(x3),1", tasks per node, is 2.
// Nothing when it is not set.
absl::StatusOr<std::optional<int64_t>> Number(const GetVariable& get,
                                              const char* name) {
  const std::string text = Text(get, name);
  if (text.empty()) return std::optional<int64_t>();
  int64_t value = 0;
  if (!absl::SimpleAtoi(text.substr(0, text.find_first_of("(,")), &value) ||
      value < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "environment variable ", name, " is \"", text,
        "\", expected a number; or give --rank, --num_ranks and --rendezvous"));
  }
  return std::optional<int64_t>(value);
}

absl::StatusOr<int64_t> NumberOr(const GetVariable& get, const char* name,
                                 int64_t otherwise) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> number, Number(get, name));
  return number.value_or(otherwise);
}

// "gpu[03-07,9],login" -> "gpu03".
std::string FirstHost(absl::string_view hosts) {
  std::string host;
  bool in_brackets = false, is_past_first = false;
  for (const char c : hosts) {
    if (c == '[') {
      in_brackets = true;
    } else if (c == ']') {
      in_brackets = is_past_first = false;
    } else if (in_brackets) {
      is_past_first |= !std::isalnum(static_cast<unsigned char>(c));
      if (!is_past_first) host.push_back(c);
    } else if (c == ',') {
      break;
    } else {
      host.push_back(c);
    }
  }
  return host;
}

// Jobs that share a machine get different ports, mostly.
absl::StatusOr<int64_t> Port(const Launcher* launcher, const GetVariable& get) {
  ASSIGN_OR_RETURN(const auto given, Number(get, "MASTER_PORT"));
  if (given.has_value()) return *given;
  if (launcher == nullptr) return kDefaultPort;
  ASSIGN_OR_RETURN(const auto job, Number(get, launcher->job));
  if (!job.has_value()) return kDefaultPort;
  ASSIGN_OR_RETURN(const int64_t step, NumberOr(get, launcher->step, 0));
  return 15000 + (*job + 997 * step) % 10000;
}

absl::StatusOr<std::string> Rendezvous(const Launch& launch,
                                       const Launcher* launcher,
                                       const GetVariable& get) {
  std::string host = Text(get, "MASTER_ADDR");
  if (host.empty() && launch.local_size == launch.size) host = "127.0.0.1";
  if (host.empty() && launcher != nullptr) {
    host = FirstHost(Text(get, launcher->hosts));
  }
  if (host.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "nothing says where the ", launch.size,
        " processes meet: set MASTER_ADDR to the machine of rank 0, or give "
        "--rendezvous=HOST:PORT or --rendezvous=file:PATH"));
  }
  ASSIGN_OR_RETURN(const int64_t port, Port(launcher, get));
  return absl::StrCat(host, ":", port);
}

absl::Status CheckRendezvous(absl::string_view rendezvous) {
  if (absl::StartsWith(rendezvous, "file:") && rendezvous.size() > 5) {
    return absl::OkStatus();
  }
  const size_t colon = rendezvous.rfind(':');
  int64_t port = 0;
  if (colon != absl::string_view::npos && colon > 0 &&
      absl::SimpleAtoi(rendezvous.substr(colon + 1), &port) && port > 0 &&
      port < 65536) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the processes are to meet at \"", rendezvous,
      "\", expected HOST:PORT with a port of 1 to 65535, or file:PATH"));
}

// The launcher that started several processes, this one among them.
absl::StatusOr<const Launcher*> FindLauncher(const std::string& name,
                                             const GetVariable& get) {
  bool known = name == "auto" || name == "none";
  std::string names = "auto, none";
  const Launcher* found = nullptr;
  for (const Launcher& launcher : kLaunchers) {
    absl::StrAppend(&names, ", ", launcher.name);
    const bool named = name == launcher.name;
    known |= named;
    if (found != nullptr || (!named && name != "auto")) continue;
    ASSIGN_OR_RETURN(const auto rank, Number(get, launcher.rank));
    ASSIGN_OR_RETURN(const auto size, Number(get, launcher.size));
    const bool is_other =
        !named && launcher.mark != nullptr && Text(get, launcher.mark).empty();
    if (rank.has_value() && size.value_or(1) > 1 && !is_other) {
      found = &launcher;
    }
    if (named && !(rank.has_value() && size.has_value())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--launcher is ", name, ", but ", launcher.rank, " and ",
                       launcher.size, " are not set"));
    }
  }
  if (known) return found;
  return absl::InvalidArgumentError(
      absl::StrCat("--launcher is \"", name, "\", expected one of ", names));
}

absl::Status CheckRank(const char* what, int64_t rank, int64_t size) {
  if (rank >= 0 && rank < size) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("this process is ", what, " ", rank, " of ", size,
                   ", expected 0 <= rank < number of ranks"));
}

}  // namespace

absl::StatusOr<Launch> ResolveLaunch(const LaunchOptions& options,
                                     const GetVariable& get) {
  ASSIGN_OR_RETURN(const Launcher* launcher,
                   FindLauncher(options.launcher, get));
  const bool given = options.rank != -1 || options.size != -1;
  if (given && (options.rank == -1 || options.size == -1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--rank is ", options.rank, " and --num_ranks is ",
                     options.size, ": give both or none"));
  }
  Launch launch;
  if (given) {
    launch.rank = launch.local_rank = options.rank;
    launch.size = launch.local_size = options.size;
  } else if (launcher != nullptr) {
    ASSIGN_OR_RETURN(launch.rank, NumberOr(get, launcher->rank, 0));
    ASSIGN_OR_RETURN(launch.size, NumberOr(get, launcher->size, 1));
    launch.local_size = launch.size;
  }
  RETURN_IF_ERROR(CheckRank("rank", launch.rank, launch.size));
  if (launch.size == 1) return Launch();
  if (launcher != nullptr) {
    ASSIGN_OR_RETURN(launch.local_rank,
                     NumberOr(get, launcher->local_rank, launch.local_rank));
    ASSIGN_OR_RETURN(launch.local_size,
                     NumberOr(get, launcher->local_size, launch.local_size));
    ASSIGN_OR_RETURN(launch.attempt, NumberOr(get, launcher->attempt, 0));
    launch.launcher_listens =
        options.rendezvous.empty() && Text(get, launcher->listens) == "True";
  }
  launch.rendezvous = options.rendezvous;
  if (launch.rendezvous.empty()) {
    ASSIGN_OR_RETURN(launch.rendezvous, Rendezvous(launch, launcher, get));
  }
  RETURN_IF_ERROR(CheckRendezvous(launch.rendezvous));
  return launch;
}

}  // namespace maskfill
