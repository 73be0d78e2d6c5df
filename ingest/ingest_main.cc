// ingest: shards of records from a data set of image files.
#include <cstdio>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "ingest/ingest.h"
#include "ingest/ingest_flags.h"
#include "ingest/verify_images.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const IngestOptions options, IngestOptionsFromFlags());
  if (!VerifyOnlyFromFlags()) return Ingest(options).status();
  ASSIGN_OR_RETURN(const VerifyReport report, VerifySource(options));
  std::printf("%s", ToText(report).c_str());
  return CheckVerifyReport(report, options.run.max_bad_records);
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Turns a data set of image files into shards of records.\n\n"
      "  ingest --layout=imagenet --split=val --source=/data/ILSVRC2012 "
      "--output=records/val --pixels=preprocessed",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
