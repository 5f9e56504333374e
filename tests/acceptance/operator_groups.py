"""KafkaOffsetResets and KafkaOffsetRollbacks: groups stand where Kafka's own tools say that they should, and the status tells the same."""
import os
import subprocess
import time

import common
import nodes
import restoring
from kube import RESETS, RESTORES, ROLLBACKS, until
from operating import Stage, condition, phase, status, told

PARTITIONS, GROUPS = 3, 4
OVER = ("Completed", "PartiallyCompleted", "Failed", "Stopped")


def groups(args, report, kafka):
    topic = args.prefix + "read"
    kafka.load(topic, int(6_000 * args.scale) + 100 * PARTITIONS, PARTITIONS, args.seed, create=True)
    shorten(kafka, topic, 20)
    scene = Scene(args, report, kafka, topic)
    with Stage(args, report, kafka) as stage:
        scene.stage, scene.before = stage, places(kafka, scene.names)
        report.check(scene.before == scene.committed, "groups: %d stand where they were set, in %d partitions" % (GROUPS, len(scene.before)), (scene.before, scene.committed))
        stage.operator()
        for part in (mapped, strategies, rolled_back, dry, named, active, away):
            if part.__name__ in (args.only or part.__name__):
                part(report, scene)


class Scene:
    def __init__(self, args, report, kafka, topic):
        self.report, self.kafka, self.topic, self.stage, self.before = report, kafka, topic, None, {}
        self.names = ["%sgroup-%d" % (args.prefix, number) for number in range(GROUPS)]
        self.committed = committed(kafka, topic, args.seed, args.prefix + "group", GROUPS)
        self.rows = {partition: [(row["offset"], row["timestamp"]) for row in restoring.rows(kafka, topic, partition)] for partition in range(PARTITIONS)}
        self.seed, self.prefix = args.seed, args.prefix

    def reset(self, name, strategy, names=None, **fields):
        self.stage.space.make(RESETS, name, {"kafkaCluster": self.cluster(), "consumerGroups": names or self.names, "resetStrategy": strategy, **fields})

    def rollback(self, name, reference, **fields):
        self.stage.space.make(ROLLBACKS, name, {"kafkaCluster": self.cluster(), "snapshotRef": reference, **fields})

    def cluster(self):
        return {"bootstrapServers": self.kafka.bootstrap.split(",")}

    def over(self, kind, name, wanted="Completed", seconds=240):
        """It has come to its end, and nothing of it is left with the cluster."""
        found = self.stage.check(kind, name, lambda found: phase(found) in OVER and not found["metadata"].get("finalizers"),
                                 "%s: it comes to its end, and is let go" % name, seconds)
        self.report.check(phase(found) == wanted, "%s: it is %s: %s" % (name, wanted, status(found).get("message")), told(found))
        return found

    def back(self):
        """Groups stand again as at the beginning."""
        committed(self.kafka, self.topic, self.seed, self.prefix + "group", GROUPS)


def shorten(kafka, topic, offset):
    """Logs begin at that offset from now on."""
    path = os.path.join(os.environ["KAFKA_DIR"], "delete-%s.json" % topic)
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"version": 1, "partitions": [%s]}' % ", ".join('{"topic": "%s", "partition": %d, "offset": %d}' % (topic, partition, offset) for partition in range(PARTITIONS)))
    kafka._run(os.path.join(kafka.home, "bin", "kafka-delete-records.sh"), "--bootstrap-server", kafka.bootstrap, "--offset-json-file", path)
    os.remove(path)


def committed(kafka, topic, seed, prefix, count):
    lines = kafka.kt("groups", "--topic", topic, "--groups", count, "--seed", seed, "--prefix", prefix)
    return {(line["group"], topic, int(partition)): offset for line in lines for partition, offset in line["offsets"].items()}


def places(kafka, names):
    """{(group, topic, partition): offset}, as Kafka's own tool has it. It ends with 0 when it found nothing out, so it is asked again where a group is missing."""
    for _ in range(3):
        text, wanted = kafka._run(os.path.join(kafka.home, "bin", "kafka-consumer-groups.sh"), "--bootstrap-server", kafka.bootstrap, "--all-groups", "--describe", "--offsets", "--timeout", "60000"), set(names)
        rows = [line.split() for line in text.splitlines()]
        found = {(row[0], row[1], int(row[2])): int(row[3]) for row in rows if len(row) > 4 and row[0] in wanted and row[2].isdigit() and row[3].isdigit()}
        if wanted <= {group for group, _, _ in found}:
            break
        time.sleep(5)
    return found


def counted(report, scene, found, name, expected):
    """The status tells how many groups and partitions are elsewhere than before."""
    results = {row["groupId"]: row for row in status(found).get("groupResults", [])}
    report.check(status(found).get("groupsTotal") == status(found).get("groupsReset") == len(scene.names) == len(results) and not status(found).get("groupsFailed"),
                 "%s: the status tells of %d groups, all set" % (name, len(scene.names)), told(found))
    changed = {group: sum(1 for place, offset in expected.items() if place[0] == group and scene.before.get(place) != offset) for group in scene.names}
    report.check({group: row["partitionsReset"] for group, row in results.items()} == changed, "%s: and in how many partitions each was moved: %s" % (name, sorted(changed.values())), (changed, results))


def mapped(report, scene):
    """Groups stand where they belong in what a restore has brought."""
    target = scene.topic + "-restored"
    scene.kafka.made.append(target)
    scene.stage.make("mapped", [scene.topic], consumerGroupSnapshot=True)
    scene.stage.completed("mapped", 240)
    scene.reset("from-mapping", "from-mapping", offsetMappingRef={"restoreName": "mapped"})
    found = scene.stage.check(RESETS, "from-mapping", lambda found: "mapped" in str(status(found).get("message")), "from-mapping: without the KafkaRestore that it names it says so")
    report.note("%s: %s" % (phase(found), status(found).get("message")))
    scene.stage.space.make(RESTORES, "mapped", {"backupRef": {"name": "mapped"}, "kafkaCluster": scene.cluster(), "topics": [scene.topic], "topicMapping": {scene.topic: target}, "createTopics": True})
    scene.stage.check(RESTORES, "mapped", lambda found: phase(found) == "Completed", "mapped: it is restored", 240)
    scene.over(RESETS, "from-mapping")
    first = {partition: rows[0][0] for partition, rows in scene.rows.items()}
    expected = {**scene.before, **{(group, target, partition): offset - first[partition] for (group, _, partition), offset in scene.before.items()}}
    there = places(scene.kafka, scene.names)
    report.check(there == expected, "from-mapping: each group stands at the record that it would have read next", difference(there, expected))
    scene.before = there


def difference(there, expected):
    return [(place, there.get(place), expected.get(place)) for place in sorted({*there, *expected}) if there.get(place) != expected.get(place)][:5]


def wanted(scene, strategy, at=None):
    """Where groups should stand in the partitions of the topic in which they have committed."""
    def place(partition):
        first, behind = scene.rows[partition][0][0], scene.rows[partition][-1][0] + 1
        return (first if strategy == "to-earliest" else behind if strategy == "to-latest" else min(max(at, first), behind) if strategy == "to-offset"
                else next((offset for offset, moment in scene.rows[partition] if moment >= at), behind))
    return {where: place(where[2]) if where[1] == scene.topic else offset for where, offset in scene.before.items()}


def strategies(report, scene):
    scene.back()
    moments = sorted(moment for rows in scene.rows.values() for _, moment in rows if moment > 0)
    many = min(len(rows) for rows in scene.rows.values())
    for name, strategy, fields, at in (
            ("earliest", "to-earliest", {}, None), ("latest", "to-latest", {}, None), ("some-offset", "to-offset", {"resetOffset": many // 2}, many // 2), ("low-offset", "to-offset", {"resetOffset": 3}, 3),
            ("moment", "to-timestamp", {"resetTimestamp": moments[-3]}, moments[-3]), ("late-moment", "to-timestamp", {"resetTimestamp": moments[-1] + 1}, moments[-1] + 1)):
        scene.reset(name, strategy, topics=[scene.topic], **fields)
        found = scene.over(RESETS, name)
        expected = {**wanted(scene, strategy, at), **{(group, scene.topic, partition): place for group in scene.names for partition in range(PARTITIONS)
                                                      for place in [anywhere(scene, strategy, at, partition)]}}
        there = places(scene.kafka, scene.names)
        report.check(there == expected, "%s: Kafka's tool finds all groups at %s, in all partitions of the topic" % (name, strategy), difference(there, expected))
        counted(report, scene, found, name, expected)
        report.check(status(found).get("snapshotId") and status(found).get("snapshotPath"), "%s: the status tells where the offsets of before are" % name, told(found))
        scene.before = there
        again(report, scene, RESETS, name)


def anywhere(scene, strategy, at, partition):
    return wanted(type("One", (), {"rows": scene.rows, "topic": scene.topic, "before": {("", scene.topic, partition): 0}}), strategy, at)["", scene.topic, partition]


def again(report, scene, kind, name):
    """What is over is not looked at once more for an annotation, or a trigger."""
    before = status(scene.stage.space.get(kind, name))
    scene.stage.space.change(kind, name, looked_at=str(time.time()))
    time.sleep(3)
    report.check(status(scene.stage.space.get(kind, name)) == before, "%s: a second look changes nothing of the status" % name, told(scene.stage.space.get(kind, name)))


def rolled_back(report, scene):
    """By the reset's name, and by the name of its snapshot."""
    scene.back()
    scene.before = places(scene.kafka, scene.names)
    scene.reset("to-be-undone", "to-latest")
    found = scene.over(RESETS, "to-be-undone")
    moved = places(scene.kafka, scene.names)
    report.check(moved != scene.before, "to-be-undone: groups are elsewhere")
    scene.rollback("undone-dry", {"name": "", "offsetResetRef": "to-be-undone"}, dryRun=True)
    scene.over(ROLLBACKS, "undone-dry")
    report.check(places(scene.kafka, scene.names) == moved, "undone-dry: nothing was changed")
    for name, reference in (("undone", {"name": "", "offsetResetRef": "to-be-undone"}), ("undone-by-id", {"name": status(found).get("snapshotId")})):
        scene.rollback(name, reference)
        undone = scene.over(ROLLBACKS, name)
        there = places(scene.kafka, scene.names)
        report.check({place: offset for place, offset in there.items() if place in scene.before} == scene.before, "%s: groups stand where they stood" % name, difference(there, scene.before))
        report.check(status(undone).get("groupsRolledBack") == GROUPS and (status(undone).get("verification") or {}).get("allMatched"), "%s: and the status tells that all of them do" % name, told(undone))
        again(report, scene, ROLLBACKS, name)
        scene.reset("forth-" + name, "to-earliest")
        scene.over(RESETS, "forth-" + name)
    scene.rollback("of-nothing", {"name": "snap-of-nothing"})
    found = scene.stage.check(ROLLBACKS, "of-nothing", lambda found: "snap-of-nothing" in str(status(found).get("message")), "of-nothing: a snapshot that there is not is named")
    report.note("%s: %s" % (phase(found), status(found).get("message")))
    scene.stage.space.delete(ROLLBACKS, "of-nothing")


def dry(report, scene):
    before = places(scene.kafka, scene.names)
    scene.reset("dry", "to-offset", resetOffset=30, dryRun=True)
    found = scene.over(RESETS, "dry")
    report.check(places(scene.kafka, scene.names) == before, "dry: nothing was changed")
    report.check(status(found).get("groupsReset") == GROUPS and not status(found).get("snapshotId") and condition(found).get("reason") == "DryRunPassed", "dry: the status tells what would be", told(found))


def named(report, scene):
    """A group that is new, in topics that are named; and one that has nothing, where none is."""
    name = scene.prefix + "new"
    scene.reset("new", "to-earliest", names=[name], topics=[scene.topic])
    scene.over(RESETS, "new")
    report.check(places(scene.kafka, [name]) == {(name, scene.topic, partition): rows[0][0] for partition, rows in scene.rows.items()}, "new: a group that had nothing stands at the beginning")
    scene.reset("nowhere", "to-earliest", names=[scene.prefix + "nowhere"])
    found = scene.over(RESETS, "nowhere", "Failed")
    report.check(status(found).get("groupsFailed") == 1, "nowhere: the status tells of the group", told(found))


def active(report, scene):
    """A group with a member is left alone, and told of; whether the others are set the spec says."""
    member = scene.names[1]
    command = [os.path.join(scene.kafka.home, "bin", "kafka-console-consumer.sh"), "--bootstrap-server", scene.kafka.bootstrap, "--topic", scene.topic, "--group", member,
               "--command-property", "enable.auto.commit=false"]
    with open(os.path.join(scene.stage.folder, "consumer"), "wb") as log:
        consumer = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        members = lambda: scene.kafka._run(os.path.join(scene.kafka.home, "bin", "kafka-consumer-groups.sh"), "--bootstrap-server", scene.kafka.bootstrap, "--group", member, "--describe", "--state")
        report.check(until(lambda: "Stable" in members(), 60), "active: '%s' has a member" % member, members())
        for name, at, goes_on in (("active-ends", 40, False), ("active-goes-on", 50, True)):
            before = places(scene.kafka, scene.names)
            scene.reset(name, "to-offset", resetOffset=at, topics=[scene.topic], parallelism=1, continueOnError=goes_on)
            found = scene.over(RESETS, name, "PartiallyCompleted")
            there, results = places(scene.kafka, scene.names), {row["groupId"]: row for row in status(found).get("groupResults", [])}
            moved = {group for group in scene.names if all(there.get((group, scene.topic, partition)) == at for partition in range(PARTITIONS))}
            report.check(all(there[place] == offset for place, offset in before.items() if place[0] == member), "%s: the group with a member stands where it stood" % name, difference(there, before))
            report.check(moved == {group for group, row in results.items() if row["success"]} and len(results) == GROUPS, "%s: the status tells which are set: %d of %d" % (name, len(moved), GROUPS), (moved, told(found)))
            report.check(status(found).get("groupsReset") == len(moved) == (GROUPS - 1 if goes_on else 1) and status(found).get("groupsFailed") == GROUPS - len(moved), "%s: and how many" % name, told(found))
            report.check("member" in (results.get(member) or {}).get("error", ""), "%s: and why: %s" % (name, (results.get(member) or {}).get("error")), results)
            report.check(condition(found).get("status") == "False", "%s: it is not ready" % name, told(found))
    finally:
        os.killpg(consumer.pid, 9)
        consumer.wait()
    report.check(until(lambda: "Empty" in members(), 300), "active: the member is gone")


def away(report, scene):
    """Brokers that are not there are waited for, and what is deleted meanwhile goes."""
    for name, fields in (("away-named", {"topics": [scene.topic]}), ("away", {}), ("away-goes-on", {"continueOnError": True})):
        scene.stage.space.make(RESETS, name, {"kafkaCluster": {"bootstrapServers": ["127.0.0.1:%d" % nodes.free_port()]}, "consumerGroups": scene.names, "resetStrategy": "to-earliest", **fields})
        found = scene.stage.check(RESETS, name, lambda found: status(found).get("attempts", 0) > 1 or phase(found) in OVER, "%s: brokers cannot be reached" % name, 180)
        report.check(phase(found) not in OVER and common.sentences(status(found).get("message", "")), "%s: it is tried again: %s" % (name, status(found).get("message")), told(found))
        scene.stage.space.delete(RESETS, name)
        report.check(scene.stage.space.gone(RESETS, name, 90), "%s: deleted, it goes" % name, told(scene.stage.space.get(RESETS, name)))
    scene.reset("before-away", "to-latest")
    scene.over(RESETS, "before-away")
    scene.stage.space.make(ROLLBACKS, "away", {"kafkaCluster": {"bootstrapServers": ["127.0.0.1:%d" % nodes.free_port()]}, "snapshotRef": {"name": "", "offsetResetRef": "before-away"}})
    found = scene.stage.check(ROLLBACKS, "away", lambda found: status(found).get("attempts", 0) > 1 or phase(found) in OVER, "away: brokers of a rollback cannot be reached", 180)
    report.check(phase(found) not in OVER, "away: the rollback is tried again: %s" % status(found).get("message"), told(found))
