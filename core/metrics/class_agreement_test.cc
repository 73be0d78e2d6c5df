#include "core/metrics/class_agreement.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Strings = std::vector<std::string>;

v1::DatasetInfo Set(const Strings& keys, const Strings& names = {}) {
  v1::DatasetInfo dataset;
  *dataset.mutable_class_keys() = {keys.begin(), keys.end()};
  *dataset.mutable_class_names() = {names.begin(), names.end()};
  return dataset;
}

TEST(ClassNames, AreEqualHoweverTheyAreSpelt) {
  EXPECT_OK(CheckClassNames(
      {"great white shark", "T shirt", "kite", "black footed albatross",
       "caf\u00e9", "annual crop", "tench, Tinca tinca"},
      Set({"Great_White_Shark", "t-shirt", "kite (bird of prey)",
           "001.Black_footed_Albatross", "Cafe\u0301", "AnnualCrop",
           "n01440764 tench"})));
}

TEST(ClassNames, ThatAreNotKnownFitAll) {
  EXPECT_OK(CheckClassNames({}, Set({"cat", "dog"})));
  EXPECT_OK(CheckClassNames({"cat", "dog"}, Set({})));
}

TEST(ClassNames, SayNothingOfCodes) {
  EXPECT_OK(
      CheckClassNames({"tench", "shark"}, Set({"n01440764", "n01484850"})));
  EXPECT_OK(CheckClassNames({"zero", "one"}, Set({"0", "1"})));
  EXPECT_OK(CheckClassNames({"zero", "one"}, Set({"class_0", "\xff\x31"})));
}

TEST(ClassNames, InAnotherOrderAreRefused) {
  for (const v1::DatasetInfo& set :
       {Set({"hen", "cat", "dog"}),
        Set({"n1", "n2", "n3"}, {"hen", "cat", "dog"}),
        Set({"n1", "n2", "n3"}, {"hen", "cat", "hound"})}) {
    EXPECT_THAT(CheckClassNames({"hen", "dog", "cat"}, set),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr("these classes in another order"),
                               HasSubstr("but class"))));
  }
  EXPECT_THAT(CheckClassNames({"1", "0"}, Set({"0", "1"})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("row 0 is \"1\", but class 0 of the images is "
                                 "\"0\"")));
}

TEST(ClassNames, OfAnotherListAreRefused) {
  EXPECT_THAT(CheckClassNames({"cat", "wolf"}, Set({"cat", "dog"})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("for other classes: row 1 is \"wolf\", but "
                                 "class 1 of the images is \"dog\"")));
  EXPECT_THAT(CheckClassNames({"apple", "pear", "dog"},
                              Set({"n1", "n2", "n3"}, {"hen", "cat", "dog"})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("row 0 is \"apple\"")));
}

TEST(ClassNames, BesideKeysMayBeSynonyms) {
  EXPECT_OK(CheckClassNames({"hen", "feline", "dog"},
                            Set({"n1", "n2", "n3"}, {"hen", "cat", "dog"})));
  // Two names of a dog, the second that of the garment as well.
  EXPECT_OK(CheckClassNames(
      {"cardigan", "hen", "cardigan"},
      Set({"n1", "n2", "n3"}, {"Cardigan Welsh Corgi", "hen", "cardigan"})));
}

}  // namespace
}  // namespace maskfill
