"""KafkaBackupRuns: a run of a KafkaBackup now, each object one, whatever happens meanwhile."""
import random
import time

import common
from faulty_store import Fault, FaultyStore
from kube import BACKUPS, RUNS, until
from operating import Operator, Stage, condition, moment, phase, status, told

PARTITIONS = 3
OVER = ("Completed", "Incomplete", "Stopped", "Failed")


def runs(args, report, kafka):
    topic = args.prefix + "now"
    kafka.load(topic, int(5_000 * args.scale) + 100, PARTITIONS, args.seed, create=True)
    with Stage(args, report, kafka, count=2) as stage, FaultyStore(args.stores.endpoint) as store:
        stage.operator()
        scene = Scene(args, report, stage, topic, store)
        for part in (twice, behind, suspended, continuous, missing, deleted, killed, two):
            if part.__name__ in (args.only or part.__name__):
                part(report, scene)


class Scene:
    def __init__(self, args, report, stage, topic, store):
        self.report, self.stage, self.topic, self.store, self.seed = report, stage, topic, store, args.seed

    def load(self, records):
        self.seed += 1
        return self.stage.kafka.load(self.topic, records, PARTITIONS, self.seed)

    def make(self, name, backup):
        return self.stage.space.make(RUNS, name, {"backupRef": {"name": backup}})

    def over(self, name, wanted="Completed", seconds=240):
        found = self.stage.check(RUNS, name, lambda found: phase(found) in OVER, "%s: it comes to its end" % name, seconds)
        self.report.check(phase(found) == wanted, "%s: it is %s: %s" % (name, wanted, status(found).get("message")), told(found))
        return found

    def waits(self, name, reason, part):
        found = self.stage.check(RUNS, name, lambda found: condition(found).get("reason") == reason, "%s: it waits" % name)
        self.report.check(part in str(status(found).get("message")) and not status(found).get("runId"), "%s: and says what for: %s" % (name, status(found).get("message")), told(found))
        return found

    def once(self, name, backup, found):
        """The cluster has had one run of it."""
        ids = [run["id"] for run in self.stage.runs(backup) if found["metadata"]["uid"] in run["id"]]
        self.report.check(ids == [status(found).get("runId")], "%s: the cluster has had one run of it, as the status says" % name, (ids, told(found)))

    def whole(self, backup):
        common.whole(self.report, self.stage.backup(backup, [self.topic]), self.stage.kafka.digests([self.topic]), backup)


def twice(report, scene):
    scene.stage.make("manual", [scene.topic])
    scene.stage.completed("manual")
    for name, records in (("first", scene.load(400)), ("again", 0)):
        scene.make(name, "manual")
        found = scene.over(name)
        report.check(status(found).get("recordsProcessed") == records, "%s: the status tells of %d records, as many as are new" % (name, records), told(found))
        report.check(moment(status(found)["completionTime"]) >= moment(status(found)["startTime"]) and condition(found).get("status") == "True", "%s: and when it was, and that it is ready" % name, told(found))
        scene.once(name, "manual", found)
    report.check(phase(scene.stage.space.get(BACKUPS, "manual")) == "Completed", "manual: the KafkaBackup is as before", told(scene.stage.space.get(BACKUPS, "manual")))
    for name in ("side-a", "side-b"):
        scene.make(name, "manual")
    both = [scene.over(name) for name in ("side-a", "side-b")]
    for name, found in zip(("side-a", "side-b"), both):
        scene.once(name, "manual", found)
    spans = sorted((run["started_at"], run["ended_at"]) for run in scene.stage.runs("manual"))
    report.check(all(moment(before[1]) <= moment(after[0]) for before, after in zip(spans, spans[1:])), "manual: of two that were asked for at once one ran behind the other", spans)
    shown = scene.stage.shown("runs", "manual")
    report.check(all(status(found)["runId"] in shown for found in both), "manual: `cluster runs` shows them", shown)
    scene.whole("manual")


def slow(scene, name, **fields):
    """A KafkaBackup whose store can be made to say that it is busy."""
    spec = scene.stage.spec(name, [scene.topic], **fields)
    spec["storage"] = scene.stage.storage(name, endpoint=scene.store.endpoint)
    return scene.stage.space.make(BACKUPS, name, spec)


def behind(report, scene):
    """While a run is under way another one waits; it fetches what came meanwhile."""
    scene.store.set(Fault("PUT", "/topics/", 503))
    slow(scene, "busy")
    scene.stage.check(BACKUPS, "busy", lambda found: phase(found) == "Running", "busy: a run is under way")
    until(lambda: any(act for _, _, _, act in scene.store.seen), 60)
    scene.make("behind", "busy")
    scene.waits("behind", "BackupBusy", "busy")
    time.sleep(5)
    report.check(len(scene.stage.runs("busy")) == 1, "behind: no second run begins", scene.stage.runs("busy"))
    records = scene.load(300)
    scene.store.set()
    found = scene.over("behind")
    first = scene.stage.runs("busy")[-1]
    report.check(first["ended_at"] and moment(status(found)["startTime"]).timestamp() >= int(moment(first["ended_at"]).timestamp()), "behind: it began when that had ended", (first, told(found)))
    report.note("of %d records that came meanwhile it has fetched %s" % (records, status(found).get("recordsProcessed")))
    scene.once("behind", "busy", found)
    scene.whole("busy")


def suspended(report, scene):
    scene.stage.make("asleep", [scene.topic])
    scene.stage.completed("asleep")
    scene.stage.suspended("asleep")
    records = scene.load(200)
    scene.make("wakes", "asleep")
    scene.waits("wakes", "BackupBusy", "suspended")
    time.sleep(5)
    report.check(len(scene.stage.runs("asleep")) == 1, "wakes: no run begins while the KafkaBackup is suspended", scene.stage.runs("asleep"))
    scene.stage.space.change(BACKUPS, "asleep", {"suspend": False})
    found = scene.over("wakes")
    scene.once("wakes", "asleep", found)
    fetched = sum(run["records"] for run in scene.stage.runs("asleep")[:-1])
    report.check(fetched == records, "wakes: resumed, %d records were fetched" % records, scene.stage.runs("asleep"))
    scene.whole("asleep")


def continuous(report, scene):
    scene.stage.make("endless", [scene.topic], continuous=True, segmentMaxIntervalMs=1_000)
    scene.stage.check(BACKUPS, "endless", lambda found: phase(found) == "Running", "endless: it runs")
    scene.make("needless", "endless")
    scene.waits("needless", "BackupBusy", "continuous")
    scene.stage.space.delete(RUNS, "needless")
    report.check(scene.stage.space.gone(RUNS, "needless", 60), "needless: deleted, it goes")
    scene.stage.suspended("endless")


def missing(report, scene):
    scene.make("early", "comes-later")
    scene.waits("early", "BackupNotFound", "comes-later")
    scene.stage.make("comes-later", [scene.topic], schedule="0 0 0 1 1 *")
    found = scene.over("early")
    scene.once("early", "comes-later", found)
    scene.whole("comes-later")


def deleted(report, scene):
    """What has begun is the KafkaBackup's, and goes on."""
    scene.store.set(Fault("PUT", "/topics/", 503))
    slow(scene, "left-alone", schedule="0 0 0 1 1 *")
    scene.stage.check(BACKUPS, "left-alone", lambda found: phase(found) in ("Ready", "Pending"), "left-alone: it waits for its schedule")
    scene.make("short-lived", "left-alone")
    scene.stage.check(RUNS, "short-lived", lambda found: phase(found) == "Running", "short-lived: it is under way")
    scene.stage.space.delete(RUNS, "short-lived")
    report.check(scene.stage.space.gone(RUNS, "short-lived", 60), "short-lived: deleted, it goes")
    scene.store.set()
    report.check(until(lambda: scene.stage.runs("left-alone") and scene.stage.runs("left-alone")[0].get("ended_at"), 120), "left-alone: the run came to its end", scene.stage.runs("left-alone"))
    scene.whole("left-alone")


def killed(report, scene):
    """The operator dies at a bad moment, again and again."""
    chooser, operator = random.Random(scene.seed), scene.stage.operators[0]
    scene.stage.make("killed", [scene.topic], schedule="0 0 0 1 1 *")
    scene.stage.check(BACKUPS, "killed", lambda found: phase(found) in ("Ready", "Pending"), "killed: it waits for its schedule")
    names = ["killed-%d" % number for number in range(6)]
    for name in names:
        scene.make(name, "killed")
        time.sleep(chooser.uniform(0, 1))
        operator.kill()
        operator.start(wait=chooser.random() < .5)
    for name in names:
        scene.once(name, "killed", scene.over(name))
    report.check(len(scene.stage.runs("killed")) == len(names), "killed: %d objects, as many runs" % len(names), scene.stage.runs("killed"))
    scene.whole("killed")


def two(report, scene):
    second = Operator(scene.stage, 1)
    scene.stage.operators.append(second)
    report.check(second.start(), "two: another operator is ready", second.said())
    scene.stage.make("two", [scene.topic], schedule="0 0 0 1 1 *")
    names = ["two-%d" % number for number in range(8)]
    for name in names:
        scene.make(name, "two")
    for name in names:
        scene.once(name, "two", scene.over(name))
    report.check(len(scene.stage.runs("two")) == len(names), "two: with two operators %d objects are as many runs" % len(names), scene.stage.runs("two"))
