#!/usr/bin/env python3
"""Gives runs a journal that cannot be written, and sees that each comes to its end, says so once, and stores all records.

    KAFKA_BOOTSTRAP_SERVERS=… KAFKA_HOME=… journal_faults.py --product 'kafka-backup' --work DIR

Needs root, and a file system that knows `chattr +i`: mounts are made in a mount namespace of its own (unshare) and go with it."""
import argparse
import os
import subprocess
import sys

import common

WARNING = "The workers' journal could not be"
INSIDE = "KAFKA_BACKUP_TEST_MOUNTS"


def call(*command):
    subprocess.run(command, check=True)


class Place:
    """The folder of db_path, apart from the configuration and the output of runs. The disk is whole until `harm`."""

    code = 0  # With which the run on it ends.

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)

    def harm(self, journal):
        raise NotImplementedError

    def heal(self, journal):
        raise NotImplementedError


class ImmutableFile(Place):
    def harm(self, journal):
        call("chattr", "+i", journal)

    def heal(self, journal):
        call("chattr", "-i", journal)


class ReadOnlyFile(Place):
    """A bind mount, which cannot be renamed either."""

    def harm(self, journal):
        call("mount", "--bind", journal, journal)
        call("mount", "-o", "remount,bind,ro", journal)

    def heal(self, journal):
        call("umount", journal)


class FullDisk(Place):
    code = 1  # All is committed; the local offsets.db cannot be written.

    def __init__(self, folder):
        super().__init__(folder)
        call("mount", "-t", "tmpfs", "-o", "size=4m", "none", folder)
        self.filler = os.path.join(folder, "filler")

    def harm(self, journal):
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass  # Full, which is what was wanted.

    def heal(self, journal):
        os.remove(self.filler)


def follow(report, kafka, product, work, name, place):
    """One history: records, a run on the whole disk, more records, a run on the harmed one, the disk healed, a last run."""
    topic = "journal-faults-%s-%d" % (name, os.getpid())
    backup = common.Backup(product, os.path.join(work, name), name, kafka.bootstrap, [topic], segment_max_records=5_000)
    local = place(os.path.join(work, name, "state"))
    backup.db, backup.journal = os.path.join(local.folder, "offsets.db"), os.path.join(local.folder, name + "-journal.db")
    with open(backup.config, "w", encoding="utf-8") as file:
        file.write(common.configuration(
            name, kafka.bootstrap, [topic], backup.stores.section(backup.folder), backup.db, segment_max_records=5_000))
    kafka.load(topic, 40_000, 2, 1, create=True)
    run = backup.run()
    report.check(run.code == 0 and WARNING not in run.err, "%s: the run before ends with 0 and no warning" % name, run.err)
    kafka.load(topic, 40_000, 2, 2)
    local.harm(backup.journal)
    try:
        run = backup.run()
    finally:
        local.heal(backup.journal)
    report.check(run.code == local.code, "%s: the run ends with %d" % (name, local.code), "%s\n%s" % (run.code, run.err))
    said = [line for line in (run.out + run.err).splitlines() if WARNING in line]
    report.check(len(said) == 1, "%s: the journal is told of once" % name, "%d times\n%s" % (len(said), run.err))
    report.check(common.sentences(run.err), "%s: in a sentence" % name, run.err)
    for line in said[:1]:
        report.note(line.strip())
    common.whole(report, backup, kafka.digests([topic]), name)
    kafka.load(topic, 1_000, 2, 3)
    run = backup.run()
    report.check(run.code == 0 and WARNING not in run.err, "%s: the run after ends with 0 and no warning" % name, "%s\n%s" % (run.code, run.err))
    common.whole(report, backup, kafka.digests([topic]), "%s, afterwards" % name)


CASES = {
    "immutable-file": ImmutableFile,
    "read-only-file": ReadOnlyFile,
    "full-disk": FullDisk,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--product", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("cases", nargs="*", help="by default all: " + ", ".join(CASES))
    args = parser.parse_args()
    if unknown := set(args.cases) - CASES.keys():
        parser.error("no case is called " + ", ".join(sorted(unknown)))
    if INSIDE not in os.environ:
        os.execvpe("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv], dict(os.environ, **{INSIDE: "yes"}))
    report, kafka = common.Report(), common.Kafka(os.environ["KAFKA_HOME"], os.environ["KAFKA_BOOTSTRAP_SERVERS"])
    try:
        for name in args.cases or CASES:
            follow(report, kafka, args.product, args.work, name, CASES[name])
    finally:
        kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
