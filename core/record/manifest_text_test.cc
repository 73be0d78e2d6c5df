#include "core/record/manifest_text.h"

#include <utility>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

void AddOption(const char* name, const char* value, v1::Manifest* manifest) {
  v1::Option* option = manifest->add_options();
  option->set_name(name);
  option->set_value(value);
}

TEST(ManifestText, NamesMasksByWhatMadeThem) {
  v1::Manifest manifest;
  for (const auto& [name, value] :
       {std::pair("fill", "single"), std::pair("mask", "object"),
        std::pair("seed", "1"), std::pair("threshold", "0.3")}) {
    AddOption(name, value, &manifest);
  }
  EXPECT_EQ(MaskingOf(manifest), "object-0.3-single");
  EXPECT_EQ(OptionOf(manifest, "fill"), "single");
  EXPECT_EQ(OptionOf(manifest, "rate"), "");
}

TEST(ManifestText, NamesClassesElseKeys) {
  v1::DatasetInfo dataset;
  dataset.add_class_keys("n01");
  dataset.add_class_keys("n02");
  EXPECT_EQ(ClassNameOf(dataset, 1), "n02");
  dataset.add_class_names("tench");
  EXPECT_EQ(ClassNameOf(dataset, 0), "tench");
  EXPECT_EQ(ClassNameOf(dataset, 1), "n02");
  EXPECT_EQ(ClassNameOf(dataset, 2), "");
  EXPECT_EQ(ClassNameOf(dataset, -1), "");
}

}  // namespace
}  // namespace maskfill
