#!/usr/bin/env python3
"""A configuration's names reach a shell and nothing but file names and flags."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "workflows"))
import study_names

HARMFUL = ["", ".", "..", "../a", "/a", "a b", "a;b", "a$(b)", "a`b`", "a'b",
           "a\nb", "a\n", "-a", "--flagfile=a", "a|b", "a{b}", "a*", "a\0"]


class StudyNames(unittest.TestCase):

    def test_rows_that_studies_have_pass(self):
        names = [name for config in (ROOT / "workflows").glob("*.yaml")
                 for name in re.findall(r"^  ([A-Za-z][^\s:{]*):",
                                        config.read_text(encoding="utf-8"),
                                        re.MULTILINE)]
        self.assertIn("object-0.3-single", names)
        self.assertEqual(study_names.checked("rows", names), names)

    def test_names_that_a_shell_would_read_are_refused(self):
        for name in HARMFUL:
            with self.assertRaisesRegex(ValueError, "rows: found the name"):
                study_names.checked("rows", ["good", name])

    def test_options_are_flags(self):
        self.assertEqual(study_names.checked_flag("batch_size"), "batch_size")
        for name in [*HARMFUL, "a-b", "Batch"]:
            with self.assertRaisesRegex(ValueError, "found the option"):
                study_names.checked_flag(name)

    def test_every_table_of_rows_is_checked(self):
        snakefile = (ROOT / "workflows/Snakefile").read_text(encoding="utf-8")
        for table in ("sets", "train_set", "eval_sets", "grid",
                      "validation_set", "disagreement", "curves"):
            self.assertIn(f'checked("{table}", ', snakefile)
        self.assertIn("return checked(table, found)", snakefile)


if __name__ == "__main__":
    unittest.main()
