#include "ingest/layout/passed_over.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;

TEST(PassOver, NotesHiddenNamesAndWhatArchiversLeave) {
  ImageList list;
  EXPECT_FALSE(PassOver("ant/0.png", &list));
  EXPECT_TRUE(PassOver("ant/.DS_Store", &list));
  EXPECT_TRUE(PassOver("__MACOSX", &list));
  EXPECT_TRUE(PassOver("ant/@eaDir", &list));
  ASSERT_EQ(list.findings.left_out.size(), 2u);
  EXPECT_THAT(list.findings.left_out[0].first, ElementsAre("ant/.DS_Store"));
  EXPECT_THAT(list.findings.left_out[1].first,
              ElementsAre("__MACOSX", "ant/@eaDir"));
}

TEST(PassOver, MatchesNamesAtAnyDepthAndPathsAsAWhole) {
  ImageList list;
  list.ignore = {"*.txt", "train/ant/*_[0-9].png"};
  EXPECT_TRUE(PassOver("notes.txt", &list));
  EXPECT_TRUE(PassOver("ant/deep/notes.txt", &list));
  EXPECT_TRUE(PassOver("train/ant/a_1.png", &list));
  EXPECT_FALSE(PassOver("train/ant/a_10.png", &list));
  EXPECT_FALSE(PassOver("train/ant/deep/a_1.png", &list));
  EXPECT_FALSE(PassOver("train/bee/a_1.png", &list));
  ASSERT_EQ(list.findings.left_out.size(), 2u);
  EXPECT_EQ(list.findings.left_out[0].reason, "matched by --ignore=*.txt");
  EXPECT_EQ(list.findings.left_out[0].count, 2);
}

TEST(UnusedPatterns, AreThoseThatMatchedNothing) {
  ImageList list;
  list.ignore = {"*.txt", "*.TXT", "ant"};
  EXPECT_TRUE(PassOver("ant/notes.txt", &list));
  EXPECT_THAT(UnusedPatterns(list), ElementsAre("*.TXT", "ant"));
}

}  // namespace
}  // namespace maskfill
