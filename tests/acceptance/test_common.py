"""Tests of what the acceptance commands stand on.  python3 -m unittest discover -s tests/acceptance"""
import contextlib
import io
import os
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import Backup, Report, Run, changes, configuration, listing, sentences
from mixed import in_order
from stores import Bucket, Folders


class CommonTests(unittest.TestCase):
    def test_stack_traces_are_no_sentences(self):
        self.assertTrue(sentences("[ERROR] The broker 127.0.0.1:1 does not answer.\n"))
        for text in ("", "Unhandled exception. System.IO.IOException: no\n", "[ERROR] x\n   at KafkaBackup.Cli.Program.Main()\n", "   at Foo.Bar(String s)\n"):
            self.assertFalse(sentences(text), text)

    def test_a_file_written_again_is_a_change(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a")
            for text in ("one", "one"):
                before, same = listing(folder), listing(folder, content=True)
                with open(path + ".new", "w", encoding="utf-8") as file:
                    file.write(text)
                os.replace(path + ".new", path)
                self.assertTrue(changes(before, listing(folder)))
            self.assertEqual(same, listing(folder, content=True))

    def test_links_and_folders_are_seen_by_content(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "d"))
            os.symlink("l", os.path.join(folder, "l"))
            self.assertEqual(listing(folder, content=True), {"d": "folder", "l": "l"})
            os.rmdir(os.path.join(folder, "d"))
            self.assertEqual(listing(folder, content=True), {"l": "l"})

    def test_log_lines_must_come_in_order(self):
        run = Run(0, "", "[INFO] a\n[INFO] c\n[INFO] b\n[INFO] d\n", 1)
        for wanted, failed in ((["a", {"b", "c"}, "d"], 0), (["a", "b", "c"], 1), (["d", "a"], 1), ([{"a", "x"}, "d"], 1)):
            report = Report()
            with contextlib.redirect_stdout(io.StringIO()):
                in_order(report, run, wanted)
            self.assertEqual(report.failed, failed, wanted)

    def test_a_run_is_recorded_and_a_process_that_hangs_is_killed(self):
        with tempfile.TemporaryDirectory() as folder:
            backup = Backup("sh -c 'echo out; echo Backed up 1,234 new records across 3 topics >&2; exit 4'", folder, "b", "host:1", ["t"])
            run = backup.run()
            self.assertEqual((run.code, run.out, run.backed_up()), (4, "out\n", 1234))
            self.assertIsNone(Backup("sh -c 'sleep 60'", folder, "b", "host:1", ["t"]).run(timeout=0.1).code)

    def test_a_bucket_is_written_by_its_name_and_read_and_emptied_as_files(self):
        with tempfile.TemporaryDirectory() as files, tempfile.TemporaryDirectory() as folder:
            backup = Backup("true", folder, "b", "host:1", ["t"], stores=Bucket("http://host:2", "bucket", files))
            with open(backup.config, encoding="utf-8") as file:
                text = file.read()
            for line in ("  backend: s3", "  bucket: bucket", "  prefix: acceptance" + folder, "  endpoint: http://host:2"):
                self.assertIn(line + "\n", text)
            self.assertEqual(backup.shown("offsets.db"), "s3://bucket/acceptance%s/b/offsets.db" % folder)
            self.assertEqual(backup.address(), "s3://bucket/acceptance%s?endpoint=http://host:2" % folder)
            self.assertEqual(backup.path(), files + "/acceptance" + folder + "/b")
            os.makedirs(backup.path())
            backup.empty()
            self.assertFalse(os.path.exists(backup.store) or os.path.exists(folder))
            os.mkdir(folder)

    def test_every_source_is_read_by_the_client_that_the_environment_names(self):
        def written(client):
            with mock.patch.dict(os.environ, {"KAFKA_BACKUP_TEST_CLIENT": client}):
                return configuration("b", "one:1,two:2", ["t"], ["backend: filesystem"], None)

        self.assertIn("source:\n  bootstrap_servers:\n    - one:1\n    - two:2\n  client: librdkafka\n  topics:\n", written("librdkafka"))
        self.assertNotIn("client:", written(""))

    def test_a_folder_is_made_for_a_store(self):
        with tempfile.TemporaryDirectory() as folder:
            backup = Backup("true", folder, "b", "host:1", ["t"], stores=Folders())
            self.assertTrue(os.path.isdir(backup.store))
            self.assertEqual((backup.address(), backup.shown("x")), (backup.store, backup.store + "/b/x"))


if __name__ == "__main__":
    unittest.main()
