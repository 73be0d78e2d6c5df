#include "core/work/number_list.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/number_text.h"
#include "core/work/run_flags.h"

namespace maskfill {

std::vector<double> ParseNumberList(absl::string_view flag,
                                    absl::string_view text,
                                    absl::string_view expected,
                                    FlagErrors* errors) {
  std::vector<double> numbers;
  for (const std::string& part : ParseList(text)) {
    double number = 0;
    if (absl::SimpleAtod(part, &number)) {
      numbers.push_back(number + 0.0);  // -0 is 0
    } else {
      errors->Add(absl::StrCat("--", flag, ": \"", part,
                               "\" is no number, expected ", expected));
    }
  }
  return numbers;
}

std::string NumberListText(absl::Span<const double> numbers) {
  return absl::StrJoin(numbers, ",", [](std::string* out, double number) {
    absl::StrAppend(out, NumberText(number));
  });
}

}  // namespace maskfill
