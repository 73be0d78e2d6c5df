// build_zeroshot: a classifier whose head is made of CLIP's text features.
#include <iostream>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/build_zeroshot.h"
#include "model_tool/build_zeroshot_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Turns a CLIP checkpoint into an image classifier: the head's rows are "
      "the mean text features of each class's prompts.\n"
      "Texts are cleaned as in Python's CLIP (ftfy: typographic quotes, "
      "decomposed accents,\nfull-width letters, HTML), but mis-encoded text is "
      "not guessed at: a warning names its line.\n\n"
      "  build_zeroshot --checkpoint=models/vit-b-32 --class_names=names.txt "
      "--templates=openai --output=models/zeroshot",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::BuildZeroshotOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto result, maskfill::BuildZeroshot(options));
        std::cout << maskfill::ToText(result, options);
        return absl::OkStatus();
      });
}
