// A report as one page to read: index.html, which loads nothing.
#ifndef MASKFILL_EVAL_REPORT_PAGE_PAGE_H_
#define MASKFILL_EVAL_REPORT_PAGE_PAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "eval/report/page/page_data.h"

namespace maskfill {

// HTML with its style and pictures in it, readable without JavaScript, light
// and dark, on paper, a phone and a desk; equal data give equal bytes. Errors
// of reading pictures and predictions.
absl::StatusOr<std::string> PageHtml(const PageData& data);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PAGE_PAGE_H_
