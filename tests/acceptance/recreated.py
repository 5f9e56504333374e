#!/usr/bin/env python3
"""A topic is deleted and made anew while it is backed up: no record of the new one may come into the backup of the old one.

  recreated.py oneshot     in the middle of a one-shot run that a quota holds down
  recreated.py continuous  between two refreshes of a continuous run
  recreated.py all         both

Each with fewer and with more records than before, in sight of the run and behind its back (it is frozen meanwhile). What is stored is compared with a
dump of the first topic that was taken before its deletion; another topic of the same backup has to be complete.

KAFKA_BOOTSTRAP_SERVERS names the broker, KAFKA_HOME the folder with `tools/kt` and `bin/`. Exits with 1 on any violation.
"""
import argparse
import os
import shutil
import signal
import sys
import time

from common import Backup, Kafka, Report, covered, decode_backup, listing, sentences
from decode_backup import STAMP, canonical, kbak
from live import LedgerWatch, begun, ends, part, rows, tool, topic_id

INCOMPLETE = 3
SOURCE = 4
RECORDS = 12_000
QUOTA_BYTES = 300_000
RECREATIONS = {"fewer": 2_000, "more": 30_000}
REFRESH_SECONDS = 20


def quota(kafka, rate):
    """What every consumer may read in a second; None: as much as it likes."""
    change = ["--add-config", "consumer_byte_rate=%d" % rate] if rate else ["--delete-config", "consumer_byte_rate"]
    tool(kafka, "kafka-configs.sh", "--alter", *change, "--entity-type", "clients", "--entity-default")


def contents(kafka, topic):
    """{(topic, partition, offset): record} of a topic as it is now."""
    return {(row["topic"], row["partition"], row["offset"]): STAMP.pack(row["offset"], row["timestamp"], False) + canonical(
        row["timestamp"], part(row["key"]), part(row["value"]), [(name.encode(), part(value)) for name, value in row["headers"]])
        for row in rows(kafka, topic)}


def stored(backup):
    """The same of what the manifest names; a list, as an offset may be there twice."""
    for topic, partition, segments, _ in decode_backup.partitions(decode_backup.load_manifest(backup.store, backup.id)):
        for entry in segments:
            _, body = decode_backup.read_segment(backup.store, backup.id, topic, partition, entry)
            for offset, timestamp, key, value, headers in kbak.parse(body):
                bare = kbak.strip(offset, timestamp, headers, None)
                yield (topic, partition, offset), STAMP.pack(offset, timestamp, False) + canonical(timestamp, key, value, bare)


def compared(report, backup, before, other, what):
    """Every stored record is one of the first topic or of the other one, which is whole; and nothing is stored twice."""
    wanted, seen, foreign, twice = {**before, **other}, set(), [], []
    for where, record in stored(backup):
        if wanted.get(where) != record:
            foreign.append(where)
        if where in seen:
            twice.append(where)
        seen.add(where)
    kept = len(seen & before.keys())
    report.check(not foreign, "%s: each of the %s stored records is one that the first topic or the other one had" % (what, format(len(seen), ",")),
                  "%d are not: %s" % (len(foreign), sorted(foreign)[:5]))
    report.check(not twice, "%s: none is stored twice" % what, sorted(twice)[:5])
    report.check(other.keys() <= seen, "%s: the other topic is complete" % what, sorted(other.keys() - seen)[:5])
    report.note("%s: %s of the %s records of the first topic are kept" % (what, format(kept, ","), format(len(before), ",")))
    covered(report, backup, what)


class Scene:
    """A topic with two partitions, to be made anew, and another one that is left alone."""

    def __init__(self, args, report, kafka, name, number):
        self.args, self.report, self.kafka, self.name, self.seed = args, report, kafka, name, args.seed + 10 * number
        self.folder = name.replace(", ", "-").replace(" ", "-")
        self.topic, self.other = args.prefix + self.folder, args.prefix + self.folder + "-other"

    def load(self, records):
        self.seed += 1
        self.kafka.load(self.topic, records, 2, self.seed, shape="json1k", codec="none", create=True)

    def begin(self, records, **settings):
        self.load(records)
        self.kafka.load(self.other, 200, 1, self.seed, create=True)
        self.before = contents(self.kafka, self.topic)
        folder = os.path.join(self.args.work, "recreated", self.folder)
        shutil.rmtree(folder, ignore_errors=True)
        self.backup = Backup(self.args.product, folder, "recreated", self.args.bootstrap, [self.topic, self.other], **settings)

    def recreate(self, records, process, frozen):
        """Deletes the topic and makes it anew; the run stands still meanwhile when it is to see nothing of it."""
        if frozen:
            process.send_signal(signal.SIGSTOP)
        try:
            old = topic_id(self.kafka, self.topic)
            tool(self.kafka, "kafka-topics.sh", "--delete", "--topic", self.topic)
            while topic_id(self.kafka, self.topic):
                time.sleep(0.5)
            self.kafka.made.remove(self.topic)
            self.load(records)
        finally:
            process.send_signal(signal.SIGCONT)
        self.report.check(topic_id(self.kafka, self.topic) != old, "%s: the topic has another id" % self.name)

    def ended(self, run):
        """What holds of each run that met it."""
        self.report.check(run.code in (INCOMPLETE, SOURCE), "%s: ends with %s, after %.1f s" % (self.name, run.code, run.seconds), run.err)
        told = [line for line in run.err.splitlines() if "[ERROR] %s:" % self.topic in line and " deleted" in line]
        self.report.check(told, "%s: says that the topic was deleted or made anew" % self.name, run.err)
        self.report.check(sentences(run.err), "%s: no stack trace" % self.name, run.err)
        compared(self.report, self.backup, self.before, contents(self.kafka, self.other), self.name)
        for line in told[:2]:
            self.report.note(line[:300])

    def once_more(self):
        """The next run stores nothing of it, either."""
        run = self.backup.run(timeout=180)
        self.report.check(run.code in (INCOMPLETE, SOURCE), "%s: the next run ends with %s" % (self.name, run.code), run.err)
        compared(self.report, self.backup, self.before, contents(self.kafka, self.other), "%s, the next run" % self.name)


def oneshot(args, report, kafka, name, number, records, frozen):
    """The run is so slow that it is in the middle of the topic."""
    scene = Scene(args, report, kafka, name, number)
    scene.begin(RECORDS, segment_max_bytes=200_000, fetch_max_bytes=100_000)
    quota(kafka, QUOTA_BYTES)
    try:
        process = scene.backup.start()
        while process.poll() is None and len(listing(scene.backup.path("topics", scene.topic))) < 3:
            time.sleep(0.05)
        report.check(process.poll() is None, "%s: the run is in the middle of the topic" % name)
        scene.recreate(records, process, frozen)
    finally:
        quota(kafka, None)
    scene.ended(scene.backup.end(process, 300))
    scene.once_more()


def continuous(args, report, kafka, name, number, records, frozen):
    """The run has everything and waits for its next refresh."""
    scene = Scene(args, report, kafka, name, number)
    scene.begin(RECORDS // 4, continuous="true", poll_interval_ms=REFRESH_SECONDS * 1000, segment_max_interval_ms=1000)
    process = begun(scene.backup)
    watch = LedgerWatch(scene.backup)
    try:
        report.check(watch.when(ends(kafka, [scene.topic, scene.other]), 120, process) is not None, "%s: the run has all of the first topic" % name)
        scene.recreate(records // 4, process, frozen)
        kafka.load(scene.other, 300, 1, scene.seed + 100)
        more = watch.when(ends(kafka, [scene.other]), 180, process)
        report.check(more is not None, "%s: the other topic is backed up all the same" % name, watch.seen[-1:])
        time.sleep(2 * REFRESH_SECONDS)
        report.check(process.poll() is None, "%s: the run goes on" % name)
        process.send_signal(signal.SIGTERM)
    finally:
        watch.stop()
        run = scene.backup.end(process, 60)
    scene.ended(run)


SCENARIOS = {"oneshot": oneshot, "continuous": continuous}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="+", choices=[*SCENARIOS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for stores, configurations and logs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS"))
    parser.add_argument("--kafka-home", default=os.environ.get("KAFKA_HOME"))
    args = parser.parse_args()
    if not args.bootstrap or not args.kafka_home:
        parser.error("set KAFKA_BOOTSTRAP_SERVERS and KAFKA_HOME, or give --bootstrap and --kafka-home")
    args.bootstrap, args.work = args.bootstrap.replace("\\", ""), os.path.abspath(args.work)
    args.prefix = "recreated-%x-" % (int(time.time() * 1000) & 0xFFFFFFF)
    report, kafka, number = Report(), Kafka(args.kafka_home, args.bootstrap), 0
    try:
        for scenario in SCENARIOS if "all" in args.scenario else args.scenario:
            for amount, records in RECREATIONS.items():
                for frozen in (False, True):
                    number += 1
                    name = "%s, %s, %s" % (scenario, amount, "behind its back" if frozen else "in sight")
                    print("== %s" % name, flush=True)
                    SCENARIOS[scenario](args, report, kafka, name, number, records, frozen)
    finally:
        kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
