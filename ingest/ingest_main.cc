// ingest: shards of records from a data set of image files.
#include <cstdio>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "ingest/ingest.h"
#include "ingest/ingest_flags.h"
#include "ingest/verify_images.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Turns a data set of image files into shards of records.\n\n"
      "  ingest --layout=imagenet --split=val --source=/data/ILSVRC2012 "
      "--output=records/val --pixels=preprocessed",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::IngestOptionsFromFlags());
        if (!maskfill::VerifyOnlyFromFlags()) {
          return maskfill::Ingest(options).status();
        }
        ASSIGN_OR_RETURN(const auto report, maskfill::VerifySource(options));
        std::printf("%s", maskfill::ToText(report).c_str());
        return maskfill::CheckVerifyReport(report, options.run.max_bad_records);
      });
}
