#!/usr/bin/env python3
"""Kills runs between the upload of segments and their commit, and sees that no record is read and stored a second time.

    KAFKA_BOOTSTRAP_SERVERS=… KAFKA_HOME=… journal_kills.py --product 'kafka-backup' --work DIR [--kills 20]

Each swap of the head takes three seconds longer with strace (Debian's package of that name), so that the kill falls where it is wanted."""
import argparse
import contextlib
import glob
import os
import signal
import sqlite3
import sys
import time

import common

HELD = ("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=rename", "-e", "inject=rename:delay_enter=3000000")


def segments(backup):
    return set(glob.glob(os.path.join(backup.store, backup.id, "topics", "*", "*", "segment-*")))


def journaled(backup):
    """How many uploads the journal tells of."""
    try:
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % backup.journal, uri=True)) as journal:
            return journal.execute("SELECT count(*) FROM journal WHERE manifest = 'p.uploaded.1'").fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # It is made when there is something to be written.


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(.02)
    return False


def kill_before_commit(backup, report, number):
    """Starts a run whose commit hangs, and kills it when it has stored segments and journaled that."""
    before, size = segments(backup), journaled(backup)
    process = backup.start(wrap=HELD)
    stored = wait_for(lambda: len(segments(backup) - before) >= 2)
    wait_for(lambda: journaled(backup) - size >= len(segments(backup) - before), 10)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    report.check(stored, "kill %d: %d segments were stored and not committed" % (number, len(segments(backup) - before)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--product", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--kills", type=int, default=20)
    args = parser.parse_args()
    report, kafka = common.Report(), common.Kafka(os.environ["KAFKA_HOME"], os.environ["KAFKA_BOOTSTRAP_SERVERS"])
    topic = "journal-kills-%d" % os.getpid()
    backup = common.Backup(args.product, args.work, "kills", kafka.bootstrap, [topic], segment_max_records=5_000)
    try:
        for number in range(1, args.kills + 1):
            kafka.load(topic, 40_000, 2, number, create=number == 1)
            kill_before_commit(backup, report, number)
            stored = segments(backup)
            run = backup.run()
            report.check(run.code == 0, "the run after kill %d ends with 0" % number, run.err)
            named = {os.path.join(backup.store, row["key"]) for rows in backup.segments().values() for row in rows}
            report.check(stored <= named, "each of them is named now, none was stored again", sorted(stored - named)[:5])
        common.whole(report, backup, kafka.digests([topic]), "after %d kills" % args.kills)
        run = backup.run("validate", "--path", backup.address(), "--backup-id", backup.id, "--deep")
        report.check(run.code == 0, "validate --deep: VALID", run.out + run.err)
    finally:
        kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
