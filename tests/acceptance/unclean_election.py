#!/usr/bin/env python3
"""An unclean election cuts a log, which then grows past what is backed up: the backup is not sewn on to other records, and says so.

  unclean_election.py oneshot     between two one-shot runs
  unclean_election.py continuous  under a continuous run
  unclean_election.py all         both

KAFKA_BOOTSTRAP_SERVERS names three brokers, KAFKA_DIR their folder, KAFKA_HOME the folder with `node`, `tools/kt` and `bin/`.
Exits with 1 on any violation.
"""
import argparse
import os
import shutil
import signal
import sys
import time

from common import Backup, Kafka, Report, sentences, whole
from live import LedgerWatch, begun, ends, tool
from three_brokers import Cluster

INCOMPLETE = 3
LEADER, BEHIND = 2, 3
BOTH, LOST, OTHERS = 1_000, 100, 700


class Election:
    """A topic on two brokers, of which one falls behind, becomes the leader, and takes other records in the place of those that it does not have."""

    def __init__(self, args, kafka, cluster, name):
        self.kafka, self.cluster, self.topic, self.seed = kafka, cluster, args.prefix + name, args.seed
        tool(kafka, "kafka-topics.sh", "--create", "--topic", self.topic, "--replica-assignment", "%d:%d" % (LEADER, BEHIND),
             "--config", "retention.ms=-1", "--config", "message.timestamp.after.max.ms=9223372036854775807",
             "--config", "unclean.leader.election.enable=true")
        kafka.made.append(self.topic)
        self.load(BOTH)
        cluster.node("kill", BEHIND)
        self.wait("Isr: %d\t" % LEADER)
        self.load(LOST)

    def load(self, records):
        self.seed += 1
        self.kafka.load(self.topic, records, 1, self.seed, shape="json1k", codec="zstd")

    def wait(self, wanted):
        while wanted not in tool(self.kafka, "kafka-topics.sh", "--describe", "--topic", self.topic):
            time.sleep(0.5)

    def cut(self):
        self.cluster.node("kill", LEADER)
        self.cluster.node("start", BEHIND)
        self.wait("Leader: %d\t" % BEHIND)
        self.load(OTHERS)

    def heal(self):
        for number in (LEADER, BEHIND):
            try:
                self.cluster.node("pid", number)
            except SystemExit:
                self.cluster.node("start", number)


def told(run_err, topic, first, end):
    """The sentence that names the offset from which the log differs."""
    return [line for line in run_err.splitlines() if "%s:0: " % topic in line and "from %d to %d " % (first, end - 1) in line]


def oneshot(args, report, kafka, election, backup):
    """The runs after the election end with 3, each."""
    run = backup.run()
    report.check(run.code == 0, "the run before the election ends with %s" % run.code, run.err)
    expected, (end,) = kafka.digest(election.topic), ends(kafka, [election.topic]).values()
    election.cut()
    report.check(ends(kafka, [election.topic])[election.topic, 0] > end, "the log has grown past the position")
    for what in ("the run after the election", "one more run"):
        run = backup.run()
        report.check(run.code == INCOMPLETE, "%s ends with %s, after %.1f s" % (what, run.code, run.seconds), run.err)
        lines = told(run.err, election.topic, end - LOST, end)
        report.check(lines, "%s names the offsets that are not the source's any more" % what, run.err)
        report.check(sentences(run.err), "%s: no stack trace" % what, run.err)
        whole(report, backup, expected, what)
    report.note(lines[0][:400] if lines else run.err[-300:])


def continuous(args, report, kafka, election, backup):
    """The run names it, however far the log grows, and does not end with 0."""
    expected, wanted = kafka.digest(election.topic), ends(kafka, [election.topic])
    end = wanted[election.topic, 0]
    process = begun(backup)
    watch = LedgerWatch(backup)
    try:
        report.check(watch.when(wanted, 120, process) is not None, "continuous: has what was there before", watch.seen[-1:])
        election.cut()
        election.load(OTHERS)
        limit = time.monotonic() + 180
        while time.monotonic() < limit and process.poll() is None and not told(text(process), election.topic, end - LOST, end):
            time.sleep(0.5)
        election.load(OTHERS)
        time.sleep(15)
        report.check(process.poll() is None, "continuous: goes on")
        process.send_signal(signal.SIGTERM)
    finally:
        watch.stop()
        run = backup.end(process, 60)
    report.check(run.code == INCOMPLETE, "continuous: ends with %s" % run.code, run.err)
    lines = told(run.err, election.topic, end - LOST, end)
    report.check(lines, "continuous: names the offsets that are not the source's any more", run.err)
    report.check(sentences(run.err), "continuous: no stack trace", run.err)
    whole(report, backup, expected, "continuous")
    report.note(lines[0][:400] if lines else run.err[-300:])


def text(process):
    with open(process.names[1], encoding="utf-8", errors="replace") as file:
        return file.read()


SCENARIOS = {"oneshot": (oneshot, {}), "continuous": (continuous, {"continuous": "true", "poll_interval_ms": 1000, "segment_max_interval_ms": 2000})}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="+", choices=[*SCENARIOS, "all"])
    parser.add_argument("--product", required=True, help="the command that runs the program, as one argument: 'dotnet .../kafka-backup.dll'")
    parser.add_argument("--work", required=True, metavar="DIR", help="a folder for stores, configurations and logs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS"))
    parser.add_argument("--kafka-home", default=os.environ.get("KAFKA_HOME"))
    parser.add_argument("--kafka-dir", default=os.environ.get("KAFKA_DIR"))
    args = parser.parse_args()
    if not args.bootstrap or not args.kafka_home or not args.kafka_dir:
        parser.error("set KAFKA_BOOTSTRAP_SERVERS, KAFKA_HOME and KAFKA_DIR, or give --bootstrap, --kafka-home and --kafka-dir")
    args.bootstrap, args.work = args.bootstrap.replace("\\", ""), os.path.abspath(args.work)
    args.prefix = "election-%x-" % (int(time.time() * 1000) & 0xFFFFFFF)
    report, kafka, cluster = Report(), Kafka(args.kafka_home, args.bootstrap), Cluster(args)
    try:
        for name in SCENARIOS if "all" in args.scenario else args.scenario:
            print("== %s" % name, flush=True)
            scenario, settings = SCENARIOS[name]
            folder = os.path.join(args.work, "unclean-election", name)
            shutil.rmtree(folder, ignore_errors=True)
            election = Election(args, kafka, cluster, name)
            try:
                backup = Backup(args.product, folder, "election", args.bootstrap, [election.topic], **settings)
                scenario(args, report, kafka, election, backup)
            finally:
                election.heal()
    finally:
        kafka.delete()
    print("%d checks, %d violations" % (report.made, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
