// The page of a report in a real Chromium, on a phone and on a desk, in the
// light and in the dark. Leaves screenshots in TEST_UNDECLARED_OUTPUTS_DIR.

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/image/decode.h"
#include "eval/report/report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_counterfactuals.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_predictions.h"
#include "tests/support/test_reports.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

constexpr char kChromium[] = "/usr/bin/chromium";

// Runs after the page is laid out and tells the page around it what it found.
constexpr char kProbe[] = R"html(<script>
const all = (what) => Array.from(document.querySelectorAll(what));
const facts = {
  overflow: document.documentElement.scrollWidth - window.innerWidth,
  broken: all("img").filter(i => !i.complete || i.naturalWidth === 0).length,
  images: all("img").length,
  mute: all("img:not([alt]), svg:not([aria-label])").length,
  headless: all("table").filter(t => !t.querySelector("thead th[scope=col]") ||
    !t.querySelector("tbody th[scope=row]") || !t.caption).length,
  dangling: all("nav a").filter(a => !document.querySelector(
    a.getAttribute("href"))).length,
  unreachable: all(".scroll, pre").filter(e => e.tabIndex < 0).length,
  charts: all("svg").length,
  dark: getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)"
};
parent.postMessage(Object.entries(facts).map(e => e.join("=")).join(" "), "*");
</script></body>)html";

// A window as narrow as a phone, which Chromium's own cannot be, showing a
// page; its title is what the page told it, which --dump-dom prints.
constexpr char kWindow[] = R"html(<!DOCTYPE html><title></title>
<meta name="color-scheme" content="light dark">
<body style="margin: 0"><script>onmessage = e => document.title = e.data</script>
<iframe src="PAGE" width="WIDTH" height="1400" style="border: 0"></iframe>)html";

// A page with every section that needs no training.
std::string MakePage(const std::string& dir) {
  const RecordSet images =
      WriteTestImages(JoinPath(dir, "images"), {.num_images = 8});
  CounterfactualOptions masks;
  masks.image_size = 16;
  masks.patch_size = 4;
  WriteMadeCounterfactuals(JoinPath(dir, "cf"), images, masks);
  ReportOptions options;
  for (const auto& [method, right] :
       {std::pair("a-method-with-a-long-name", 6), std::pair("ft", 2)}) {
    v1::EvalReport report;
    report.set_checkpoint_fingerprint(method);
    report.set_precision("fp32");
    for (const char* name : {"imagenet", "imagenet-v2", "imagenet-sketch",
                             "imagenet-r", "objectnet", "imagenet-a"}) {
      v1::SetReport* set = AddSet(name, 12.5 * right, &report);
      set->set_counted(8);
    }
    report.mutable_sets(0)->set_fingerprint(
        images.manifest().content_fingerprint());
    std::vector<TestAnswer> answers(8, TestAnswer{.predicted = 1});
    for (int i = 0; i < right; ++i) answers[i].predicted = 0;
    WritePredictions(JoinPath(JoinPath(dir, "predictions"), method), method,
                     images.manifest().content_fingerprint(), answers);
    options.reports.push_back({WriteEvalReport(dir, method, report), method});
  }
  options.id_sets = {"imagenet"};
  options.baselines = {"ft"};
  options.predictions = {JoinPath(dir, "predictions")};
  options.records = {JoinPath(dir, "images"), JoinPath(dir, "cf")};
  options.formats = {ReportFormat::kHtml};
  options.run.output = JoinPath(dir, "report");
  EXPECT_OK(Report(options));
  return JoinPath(options.run.output, "index.html");
}

// Chromium on a page in a window of `width` px, doing `what`.
ProgramResult Browse(const std::string& dir, const std::string& page, int width,
                     bool dark, const std::string& what) {
  const std::string window = JoinPath(dir, "window.html");
  EXPECT_OK(WriteFileAtomically(
      window,
      absl::StrReplaceAll(kWindow, {{"PAGE", absl::StrCat("file://", page)},
                                    {"WIDTH", absl::StrCat(width)}})));
  ProgramOptions options;
  options.environment = {{"HOME", dir}};
  return RunProgram(
      {kChromium, "--headless=new", "--no-sandbox", "--disable-gpu",
       "--disable-dev-shm-usage", "--hide-scrollbars",
       absl::StrCat("--user-data-dir=", dir, "/profile"),
       absl::StrCat("--window-size=", std::max(width, 500), ",1400"),
       "--virtual-time-budget=5000",
       absl::StrCat("--blink-settings=preferredColorScheme=", dark ? 0 : 1),
       what, absl::StrCat("file://", window)},
      options);
}

class PageInBrowser : public testing::TestWithParam<std::pair<int, bool>> {};

TEST_P(PageInBrowser, FitsIsWholeAndSpeaks) {
  if (!PathExists(kChromium)) {
    GTEST_SKIP() << "NOT TESTED: there is no " << kChromium
                 << " to look at the page with (apt-get install chromium)";
  }
  const auto [width, dark] = GetParam();
  const std::string dir = TestDirectory();
  const std::string page = MakePage(dir);
  ASSERT_OK_AND_ASSIGN(const std::string html, ReadFile(page));
  const std::string probed = JoinPath(dir, "probed.html");
  ASSERT_OK(WriteFileAtomically(
      probed, absl::StrReplaceAll(html, {{"</body>", kProbe}})));

  const ProgramResult dump = Browse(dir, probed, width, dark, "--dump-dom");
  ASSERT_EQ(dump.exit_code, 0) << dump.err;
  const size_t at = dump.out.find("<title>") + 7;
  const std::string facts = dump.out.substr(at, dump.out.find("</title>") - at);
  for (const char* none : {"overflow=0", "broken=0", "mute=0", "headless=0",
                           "dangling=0", "unreachable=0"}) {
    EXPECT_THAT(facts, testing::HasSubstr(none));
  }
  EXPECT_THAT(facts, testing::HasSubstr(dark ? "dark=true" : "dark=false"));
  // Four strips of image, mask, counterfactual and donor; and the errors.
  EXPECT_THAT(facts, testing::Not(testing::HasSubstr("images=0")));
  EXPECT_THAT(facts, testing::Not(testing::HasSubstr("charts=0")));

  const char* outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  const std::string shot =
      JoinPath(outputs != nullptr ? outputs : dir,
               absl::StrCat("page-", width, dark ? "-dark" : "-light", ".png"));
  const ProgramResult taken =
      Browse(dir, page, width, dark, absl::StrCat("--screenshot=", shot));
  ASSERT_EQ(taken.exit_code, 0) << taken.err;
  ASSERT_OK_AND_ASSIGN(const std::string png, ReadFile(shot));
  ASSERT_OK_AND_ASSIGN(const Image image, DecodeImage(png));
  EXPECT_EQ(image.width, std::max(width, 500));
}

INSTANTIATE_TEST_SUITE_P(
    All, PageInBrowser,
    testing::Values(std::pair(390, false), std::pair(390, true),
                    std::pair(1280, false), std::pair(1280, true)),
    [](const auto& info) {
      return absl::StrCat(info.param.first,
                          info.param.second ? "Dark" : "Light");
    });

}  // namespace
}  // namespace maskfill
