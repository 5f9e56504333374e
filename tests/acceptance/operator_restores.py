"""KafkaRestores: what they ask for is at the target, and their status tells what the report in the store says."""
import json
import os
import time

import restoring
from kube import BACKUPS, RESTORES
from kube_lines import Line
from operating import Stage, condition, phase, status, told

PARTITIONS, GROUPS = 2, 4


def restore(args, report, kafka):
    topic, other = args.prefix + "orders", args.prefix + "payments"
    committed = {name: kafka.load(name, int(20_000 * args.scale), PARTITIONS, args.seed + number, create=True) for number, name in enumerate((topic, other))}
    kafka.kt("groups", "--topic", topic, "--groups", GROUPS, "--seed", args.seed, "--prefix", args.prefix + "group")
    with Stage(args, report, kafka, count=2) as stage:
        stage.operator()
        stage.make("source", [topic, other], consumerGroupSnapshot=True)
        stage.completed("source")
        scene = Scene(stage, topic, other, committed)
        for part in (renamed, moment_, groups, dry, refused, missing, away, deleted, gone_meanwhile):
            part(report, scene)


class Scene:
    def __init__(self, stage, topic, other, committed):
        self.stage, self.topic, self.other, self.committed, self.kafka = stage, topic, other, committed, stage.kafka

    def make(self, name, mapping, servers=None, reference=None, **fields):
        self.kafka.made += [target for source, target in mapping.items() if target != source]
        return self.stage.space.make(RESTORES, name, {
            "backupRef": reference or {"name": "source"}, "kafkaCluster": {"bootstrapServers": [servers or self.kafka.bootstrap]}, "topics": list(mapping),
            "topicMapping": {source: target for source, target in mapping.items() if source != target}, "createTopics": True, **fields})

    def over(self, name, wanted="Completed", seconds=120):
        return self.stage.check(RESTORES, name, lambda found: phase(found) == wanted and not found["metadata"].get("finalizers"), "%s: it is %s, and let go" % (name, wanted.lower()), seconds)

    def reported(self, report, found, name):
        """The status tells what the report in the store does."""
        told_ = status(found)
        path = os.path.join(self.stage.backup("source", []).store, told_.get("reportPath") or "none")
        if not report.check(os.path.exists(path), "%s: the report is in the store, where the status says" % name, told(found)):
            return {}
        with open(path, encoding="utf-8") as file:
            written = json.load(file)
        wanted = {"recordsRestored": written.get("records_restored", written.get("records_to_restore")), "bytesRestored": written.get("bytes_restored", written.get("bytes_to_restore")),
                  "segmentsProcessed": written.get("segments_processed", written.get("segments_to_process")), "throughputRecordsPerSec": written.get("throughput_records_per_sec"),
                  "outcome": written.get("outcome"), "backupId": written.get("backup_id")}
        wrong = {key: (told_.get(key), value) for key, value in wanted.items() if value is not None and told_.get(key) != value}
        report.check(not wrong, "%s: the status says what the report does: %s records, outcome %s" % (name, told_.get("recordsRestored"), told_.get("outcome")), (wrong, written))
        return written


def renamed(report, scene):
    names = {scene.topic: scene.topic + "-renamed", scene.other: scene.other + "-renamed"}
    scene.make("renamed", names)
    found = scene.over("renamed")
    scene.reported(report, found, "renamed")
    report.check(status(found).get("recordsRestored") == sum(scene.committed.values()), "renamed: %s records" % sum(scene.committed.values()), told(found))
    restoring.same(report, scene.kafka, {scene.other: names[scene.other]}, "renamed")


def moment_(report, scene):
    """Of what a scan of the source finds in a window of time."""
    rows = [row for partition in range(PARTITIONS) for row in restoring.rows(scene.kafka, scene.topic, partition)]
    times = sorted(row["timestamp"] for row in rows)
    since, last = times[len(times) // 4], times[len(times) * 3 // 4]
    scene.make("moment", {scene.topic: scene.topic + "-moment"}, pitr={"startTimestamp": since, "endTimestamp": last})
    found = scene.over("moment")
    scene.reported(report, found, "moment")
    wanted = [strip(row) for row in rows if since <= row["timestamp"] <= last]
    there = [strip(row) for partition in range(PARTITIONS) for row in restoring.rows(scene.kafka, scene.topic + "-moment", partition)]
    report.check(there == wanted and status(found).get("recordsRestored") == len(wanted), "moment: the %d of %d records of that time, and no others" % (len(wanted), len(rows)),
                 (len(there), status(found).get("recordsRestored")))


def strip(row):
    return row["partition"], row["timestamp"], row["key"], row["value"], [header for header in row["headers"] if header[0] not in restoring.ADDED]


def groups(report, scene):
    """A topic of whole offsets is restored whole, so groups stand at the same offsets."""
    names = ["%sgroup-%d" % (scene.stage.args.prefix, number) for number in range(GROUPS)]
    target = scene.topic + "-groups"
    scene.make("groups", {scene.topic: target}, offsetReset={"enabled": True, "consumerGroups": names, "strategy": "header-based"})
    found = scene.over("groups")
    scene.reported(report, found, "groups")
    wrong, count = [], 0
    for name in names:
        before = {row["partition"]: row for row in scene.kafka.kt("next", "--group", name, "--topic", scene.topic)}
        after = {row["partition"]: row for row in scene.kafka.kt("next", "--group", name, "--topic", target)}
        for partition, row in before.items():
            count += row.get("committed") is not None
            if row.get("committed") != after.get(partition, {}).get("committed"):
                wrong.append((name, row, after.get(partition)))
    report.check(count and not wrong, "groups: %d groups stand where they stood, in %d partitions" % (GROUPS, count), wrong[:3])


def dry(report, scene):
    target = scene.topic + "-dry"
    scene.make("dry", {scene.topic: target}, dryRun=True)
    found = scene.over("dry")
    report.check(status(found).get("recordsRestored") == scene.committed[scene.topic] and "nothing was written" in status(found)["message"],
                 "dry: it tells that %s records would be restored" % scene.committed[scene.topic], told(found))
    listed = scene.kafka._run(os.path.join(scene.kafka.home, "bin", "kafka-topics.sh"), "--bootstrap-server", scene.kafka.bootstrap, "--list")
    report.check(target not in listed.split(), "dry: no topic was made")
    scene.kafka.made.remove(target)


def refused(report, scene):
    """Onto its own name, which holds records."""
    scene.make("refused", {scene.topic: scene.topic})
    found = scene.over("refused", "Failed")
    report.check(condition(found, "Degraded").get("status") == "True" and scene.topic in status(found).get("message", ""), "refused: the status says why: %s" % status(found).get("message"), told(found))
    report.check(status(found).get("attempts", 1) <= 1, "refused: it is not tried again", told(found))
    count = sum(row["count"] for row in scene.kafka.digest(scene.topic).values())
    report.check(count == scene.committed[scene.topic], "refused: nothing was written")


def missing(report, scene):
    """The KafkaBackup that it names comes later."""
    target = scene.other + "-later"
    scene.make("later", {scene.other: target}, reference={"name": "comes-later"})
    scene.stage.check(RESTORES, "later", lambda found: condition(found).get("reason") == "BackupNotFound", "later: it waits for the KafkaBackup that it names")
    scene.stage.make("comes-later", [scene.other])
    scene.stage.completed("comes-later")
    scene.over("later")
    restoring.same(report, scene.kafka, {scene.other: target}, "later")


def away(report, scene):
    """The target cannot be reached at first."""
    host, port = scene.kafka.bootstrap.split(",")[0].rsplit(":", 1)
    line = Line((host, int(port)))
    number = line.port
    line.close()
    target = scene.topic + "-away"
    scene.make("away", {scene.topic: target}, servers="127.0.0.1:%d" % number)
    scene.stage.check(RESTORES, "away", lambda found: condition(found, "Degraded").get("status") == "True", "away: while the target is away the status says so", 240)
    found = scene.stage.space.get(RESTORES, "away")
    report.check(phase(found) not in ("Failed", "Completed") and str(number) in status(found).get("message", ""), "away: and that it is tried again: %s" % status(found).get("message"), told(found))
    line.open(number)
    found = scene.over("away", seconds=300)
    scene.reported(report, found, "away")
    restoring.same(report, scene.kafka, {scene.topic: target}, "away")
    line.close()


def deleted(report, scene):
    """In the middle of it: it ends in good order, and another one of the same spec goes on with it."""
    target = scene.topic + "-deleted"
    scene.make("deleted", {scene.topic: target}, rateLimiting={"recordsPerSec": max(1, scene.committed[scene.topic] // 30)})
    scene.stage.check(RESTORES, "deleted", lambda found: phase(found) == "Running" and status(found).get("recordsRestored"), "deleted: it is under way")
    scene.stage.space.delete(RESTORES, "deleted")
    began = time.monotonic()
    report.check(scene.stage.space.gone(RESTORES, "deleted", 60), "deleted: in the middle, the object is gone after %.0f s" % (time.monotonic() - began), told(scene.stage.space.get(RESTORES, "deleted")))
    scene.make("deleted-again", {scene.topic: target}, rateLimiting={"recordsPerSec": max(1, scene.committed[scene.topic] // 30)})
    scene.over("deleted-again")
    restoring.same(report, scene.kafka, {scene.topic: target}, "deleted-again")


def gone_meanwhile(report, scene):
    """The KafkaBackup is deleted while its restore is under way: what it stored stays, so the restore comes to its end, and the object tells so."""
    target = scene.other + "-orphan"
    scene.make("orphan", {scene.other: target}, reference={"name": "comes-later"}, rateLimiting={"recordsPerSec": max(1, scene.committed[scene.other] // 20)})
    scene.stage.check(RESTORES, "orphan", lambda found: phase(found) == "Running" and status(found).get("recordsRestored"), "orphan: it is under way")
    scene.stage.space.delete(BACKUPS, "comes-later")
    report.check(scene.stage.space.gone(BACKUPS, "comes-later", 60), "orphan: the KafkaBackup that it is of is gone")
    scene.over("orphan")
    restoring.same(report, scene.kafka, {scene.other: target}, "orphan")
