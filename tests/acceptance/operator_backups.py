"""KafkaBackups by a schedule, and how they go."""
import glob
import os
import re
import subprocess
import time

import common
from kube import BACKUPS, RESTORES, kubectl, until
from operating import Stage, condition, phase, status, told

PARTITIONS = 3
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Deployment.Tests", "Samples", "*.yaml")


def hourly(args, report, kafka):
    """An object as OSO's documentation has it, but for seconds in place of hours: each run fetches what is new, and nothing else."""
    topic, pieces = args.prefix + "orders", [int(30_000 * args.scale), int(7_000 * args.scale), int(500 * args.scale)]
    with Stage(args, report, kafka) as stage:
        samples(report, stage)
        committed = [kafka.load(topic, pieces[0], PARTITIONS, args.seed, create=True)]
        stage.operator()
        stage.make("hourly-backup", [topic], schedule="*/10 * * * * *", compression="zstd", compressionLevel=3, checkpoint={"enabled": True, "intervalSecs": 30},
                   rateLimiting={"recordsPerSec": 0, "bytesPerSec": 0, "maxConcurrentPartitions": 4}, retention={"enabled": False})
        counted(report, stage, committed, {"-"})
        for number, records in enumerate(pieces[1:], 1):
            before = {run["id"] for run in stage.runs("hourly-backup")}
            committed.append(kafka.load(topic, records, PARTITIONS, args.seed + number))
            counted(report, stage, committed, before)
        stage.suspended("hourly-backup")
        known = stage.runs("hourly-backup")
        found = [run["records"] for run in reversed(known) if run["records"]]
        report.check(sum(found) == sum(committed), "runs that found something fetched %s records, %s in all: each record once" % (found, format(sum(committed), ",")))
        shown = stage.shown("runs", "hourly-backup")
        report.check(all(re.search(r"%s .*\b%s\b" % (run["id"], format(run["records"], ",")), shown) for run in known), "`cluster runs` shows the same", shown)
        object_ = stage.space.get(BACKUPS, "hourly-backup")
        wrong = [(run, other) for run, other in zip(status(object_)["runs"], known) if (run["id"], run["outcome"], run["records"]) != (other["id"], "Completed", other["records"])]
        report.check(not wrong and status(object_)["runs"], "the status shows the last %d runs as the cluster has them" % len(status(object_)["runs"]), wrong)
        common.whole(report, stage.backup("hourly-backup", [topic]), kafka.digests([topic]), "hourly")
        reasons = [event["reason"] for event in stage.space.events("hourly-backup")]  # A run that is over before the operator looks is not told to have begun.
        report.check("ScheduleActive" in reasons and reasons.count("RunCompleted") == len(known), "events tell of the schedule, and of each run once", reasons)


def counted(report, stage, committed, before):
    """Runs since have fetched the piece that was written last."""
    def fetched():
        return sum(run["records"] for run in status(stage.space.get(BACKUPS, "hourly-backup")).get("runs", []) if run["id"] not in before) == committed[-1]
    report.check(until(fetched, 120), "piece %d: the status tells that the next runs fetched %s records, as many as are new" % (len(committed), format(committed[-1], ",")),
                 told(stage.space.get(BACKUPS, "hourly-backup")))


def samples(report, stage):
    for path in sorted(glob.glob(SAMPLES)):
        done = kubectl("apply", "--server-side", "--validate=strict", "-n", stage.space.name, "-f", path, code=None)
        report.check(done.returncode == 0, "%s applies strictly: %d objects" % (os.path.basename(path), done.stdout.count("serverside-applied")), done.stderr)
        kubectl("delete", "-n", stage.space.name, "-f", path, "--wait=true", "--timeout=60s")


def deletion(args, report, kafka):
    """Objects are deleted at bad moments: they go, the cluster forgets them, and what is stored stays."""
    topic = args.prefix + "kept"
    kafka.load(topic, int(300_000 * args.scale), 6, args.seed, create=True)
    with Stage(args, report, kafka, count=2) as stage:
        operator = stage.operator()
        during(report, stage, topic)
        after = stage.make("while-down", [topic]) and stage.completed("while-down")
        operator.kill()
        stage.space.delete(BACKUPS, "while-down")
        found = stage.space.get(BACKUPS, "while-down")
        report.check(found and found["metadata"].get("deletionTimestamp"), "while no operator is there, an object that is deleted stays", told(found))
        operator.start()
        forgotten(report, stage, "while-down", "while no operator was there")
        common.decoded(report, stage.backup("while-down", [topic]), kafka.digests([topic]), "while-down: what is stored stays")
        away(report, stage, topic)
        whole_space(report, stage, operator, topic)


def during(report, stage, topic):
    """While a run of it is under way: it ends in good order, then the object goes."""
    for name, fields in (("without-end", {"continuous": True, "segmentMaxIntervalMs": 2_000}), ("by-schedule", {"schedule": "* * * * * *"}), ("once", {})):
        stage.make(name, [topic], **fields)
        stage.check(BACKUPS, name, lambda found: phase(found) == "Running" or status(found).get("runs"), "%s: a run is under way, or over" % name)
        if name == "without-end":
            report.check(until(lambda: os.path.exists(stage.backup("without-end", [topic]).path("manifest.json")), 60), "without-end: it has stored something")
        stage.space.delete(BACKUPS, name)
        forgotten(report, stage, name, "in the middle of a run")
        stored(report, stage, name, topic)


def stored(report, stage, name, topic):
    """What was committed can be read."""
    backup = stage.backup(name, [topic])
    if os.path.exists(backup.path("manifest.json")):
        try:
            rows = common.decode_backup.verify(backup.store, backup.id, strip_offset_headers=True)
            problems = [row["problems"] for row in rows if row["problems"]]
            report.check(not problems, "%s: %s records that were stored stay, and can be read" % (name, format(sum(row["count"] for row in rows), ",")), problems[:3])
        except Exception as error:
            report.check(False, "%s: what was stored can be read" % name, repr(error))


def forgotten(report, stage, name, when, kind=BACKUPS):
    began = time.monotonic()
    gone = stage.space.gone(kind, name, 180)
    report.check(gone, "%s: deleted %s, the object is gone after %.0f s" % (name, when, time.monotonic() - began), told(stage.space.get(kind, name)))
    if kind == BACKUPS:
        report.check(stage.declared(name) is None, "%s: the cluster has forgotten it" % name, stage.declared(name))


def away(report, stage, topic):
    """While all nodes are away: the object stays, says why, and goes when they are back."""
    stage.make("nodes-away", [topic])
    stage.completed("nodes-away")
    stage.make("never-seen", [topic], suspend=True)
    stage.check(BACKUPS, "never-seen", lambda found: phase(found) == "Suspended", "never-seen: it is suspended from the start")
    for node in stage.cluster.alive():  # One may have left by itself, where a machine is too slow for both.
        node.kill()
    for name in ("nodes-away", "never-seen"):
        stage.space.delete(BACKUPS, name)
    stage.check(BACKUPS, "nodes-away", lambda found: condition(found).get("reason") == "ClusterAway", "nodes-away: while no node is there, its status says why it does not go", 60)
    for node in stage.cluster.nodes:
        node.start()
    report.check(stage.cluster.wait_until_whole() is not None, "the nodes are back")
    for name in ("nodes-away", "never-seen"):
        forgotten(report, stage, name, "while no node was there")
    stored(report, stage, "nodes-away", topic)


def whole_space(report, stage, operator, topic):
    """The namespace with all that is in it, a run under way among it."""
    stage.make("a-without-end", [topic], continuous=True, segmentMaxIntervalMs=2_000)
    stage.make("a-schedule", [topic], schedule="*/5 * * * * *")
    stage.make("a-refused", [topic], sourceClusterId="${HOME}")
    stage.check(BACKUPS, "a-without-end", lambda found: phase(found) == "Running" and status(found).get("recordsProcessed"), "a-without-end: it runs")
    stage.check(BACKUPS, "a-schedule", lambda found: status(found).get("runs"), "a-schedule: it has had a run")
    stage.check(BACKUPS, "a-refused", lambda found: phase(found) == "Failed", "a-refused: its spec cannot be")
    stage.space.make(RESTORES, "a-restore", {"backupRef": {"name": "none-of-the-name"}, "kafkaCluster": {"bootstrapServers": [stage.kafka.bootstrap]}, "topics": [topic]})
    stage.check(RESTORES, "a-restore", lambda found: condition(found).get("reason") == "BackupNotFound", "a-restore: it waits for a KafkaBackup")
    began = time.monotonic()
    stage.api.ask("DELETE", "/api/v1/namespaces/" + stage.space.name)
    left = until(lambda: "kubernetes.io/metadata.name" not in subprocess.run(
        [os.environ["KUBECTL"], "get", "namespace", stage.space.name, "-o", "json", "--ignore-not-found"], capture_output=True, text=True).stdout, 240)
    report.check(left, "the namespace is gone after %.0f s" % (time.monotonic() - began), operator.said())
    for name in ("a-without-end", "a-schedule", "a-refused"):
        report.check(stage.declared(name) is None, "%s: the cluster has forgotten it" % name)
    for name in ("a-without-end", "a-schedule"):
        stored(report, stage, name, topic)
    report.check("[ERROR]" not in operator.said() and "forbidden" not in operator.said(), "the operator found nothing wrong with that", operator.said())
