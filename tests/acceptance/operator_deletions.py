"""What becomes of the data of a KafkaBackup that is deleted, by its deletionPolicy."""
import os
import subprocess
import time

import common
import restoring
from faulty_store import Fault, FaultyStore
from kube import BACKUPS, RESTORES, Space, until
from operating import Operator, Stage, phase, status, told
from operator_backups import forgotten

PARTITIONS = 3


def data(args, report, kafka):
    topic = args.prefix + "data"
    records = kafka.load(topic, int(20_000 * args.scale) + 100, PARTITIONS, args.seed, create=True)
    with Stage(args, report, kafka, count=2) as stage, FaultyStore(args.stores.endpoint) as store:
        stage.operator()
        scene = Scene(args, report, stage, topic, store, records)
        for part in (retained, deleted, refused, partly, by_policy, away, no_store, killed, two, space):
            if part.__name__ in (args.only or part.__name__):
                part(report, scene)


class Scene:
    def __init__(self, args, report, stage, topic, store, records):
        self.args, self.report, self.stage, self.topic, self.store, self.records, self.kafka = args, report, stage, topic, store, records, stage.kafka

    def make(self, name, policy, endpoint=None, **fields):
        spec = self.stage.spec(name, [self.topic], segmentMaxBytes=1_000_000, **fields)
        spec["storage"] = self.stage.storage(name, **({"endpoint": endpoint} if endpoint else {}))
        self.stage.space.make(BACKUPS, name, dict(spec, deletionPolicy=policy))

    def completed(self, name, policy, **fields):
        self.make(name, policy, **fields)
        self.stage.completed(name, 240)
        return self.objects(name)

    def objects(self, name):
        """How many objects of it are in the bucket."""
        return sum(len(names) for _, _, names in os.walk(self.stage.backup(name, []).path()))

    def whole(self, name):
        common.whole(self.report, self.stage.backup(name, [self.topic]), self.kafka.digests([self.topic]), name)

    def events(self, name, reason):
        return [event["message"] for event in self.stage.space.events(name) if event["reason"] == reason]

    def restored(self, name):
        """All of it, by where it lies, as the object is gone."""
        target = "%s-%s" % (self.topic, name)
        self.kafka.made.append(target)
        self.stage.space.make(RESTORES, name, {"backupRef": {"name": "", "backupId": name, "storage": self.stage.storage(name)}, "kafkaCluster": {"bootstrapServers": self.kafka.bootstrap.split(",")},
                                               "topics": [self.topic], "topicMapping": {self.topic: target}, "createTopics": True})
        self.stage.check(RESTORES, name, lambda found: phase(found) == "Completed", "%s: it can be restored" % name, 240)
        restoring.same(self.report, self.kafka, {self.topic: target}, name)


def retained(report, scene):
    for name, fields in (("kept", {}), ("kept-by-default", None)):
        if fields is None:
            scene.stage.make(name, [scene.topic])
            scene.stage.completed(name)
            before = scene.objects(name)
        else:
            before = scene.completed(name, "Retain")
        scene.stage.space.delete(BACKUPS, name)
        forgotten(report, scene.stage, name, "with what it has stored retained")
        report.check(before == scene.objects(name) > 0, "%s: all of its %d objects are in the bucket still" % (name, before), scene.objects(name))
        scene.whole(name)
    scene.completed("kept", "Retain")
    report.check(sum(run["records"] for run in scene.stage.runs("kept")) == 0, "kept: another one of its name goes on with it", scene.stage.runs("kept"))
    scene.whole("kept")


def deleted(report, scene):
    """Of each kind; and another one of its name begins anew."""
    for name, fields in (("once", {}), ("by-schedule", {"schedule": "*/3 * * * * *"}), ("without-end", {"continuous": True, "segmentMaxIntervalMs": 1_000})):
        scene.make(name, "Delete", **fields)
        scene.stage.check(BACKUPS, name, lambda found: status(found).get("runs") or status(found).get("recordsProcessed"), "%s: it has stored something" % name, 240)
        report.check(until(lambda name=name: scene.objects(name) > 3, 120), "%s: there are %d objects" % (name, scene.objects(name)))
        scene.stage.space.delete(BACKUPS, name)
        forgotten(report, scene.stage, name, "with all that it has stored")
        report.check(scene.objects(name) == 0, "%s: none of its objects is in the bucket any more" % name, subprocess.run(["find", scene.stage.backup(name, []).path()], capture_output=True, text=True).stdout)
        told_ = scene.events(name, "DataDeleted")
        report.check(len(told_) == 1, "%s: an event says so: %s" % (name, told_), scene.stage.space.events(name))
        scene.completed(name, "Retain")
        fetched = sum(run["records"] for run in scene.stage.runs(name))
        report.check(fetched == scene.records, "%s: another one of its name begins anew, with %s records" % (name, format(fetched, ",")), scene.stage.runs(name))
        scene.whole(name)
    scene.restored("once")


def kept(report, scene, name, part):
    forgotten(report, scene.stage, name, "with a store that refuses")
    told_ = scene.events(name, "DataKept")
    report.check(len(told_) == 1 and part in told_[0], "%s: an event says why: %s" % (name, told_), scene.stage.space.events(name))


def refused(report, scene):
    """A store that takes no deletions."""
    before = scene.completed("refused", "Delete", endpoint=scene.store.endpoint)
    scene.store.set(Fault("DELETE", ".", 403), Fault("POST", r"\?delete", 403))
    scene.stage.space.delete(BACKUPS, "refused")
    kept(report, scene, "refused", "")
    report.check(scene.objects("refused") == before, "refused: all of its %d objects are there" % before, scene.objects("refused"))
    scene.store.set()
    scene.whole("refused")
    scene.restored("refused")
    scene.completed("refused", "Retain")
    report.check(sum(run["records"] for run in scene.stage.runs("refused")) == 0, "refused: another one of its name goes on with it", scene.stage.runs("refused"))


def partly(report, scene):
    """A store that takes some of them."""
    before = scene.completed("partly", "Delete", endpoint=scene.store.endpoint)
    scene.store.set(Fault("DELETE", "/partition=1/", 403), Fault("POST", r"\?delete", 403))
    segments = len([name for folder, _, names in os.walk(scene.stage.backup("partly", []).path()) for name in names if "partition=1" in folder])
    scene.stage.space.delete(BACKUPS, "partly")
    kept(report, scene, "partly", " %d are not" % segments)
    report.check(scene.objects("partly") == segments > 0, "partly: of %d objects the %d are left that the store keeps" % (before, segments), scene.objects("partly"))
    scene.store.set()
    scene.completed("partly", "Retain")
    report.check(sum(run["records"] for run in scene.stage.runs("partly")) == scene.records, "partly: another one of its name begins anew", scene.stage.runs("partly"))
    scene.whole("partly")


def by_policy(report, scene):
    """The bucket has a policy of its own."""
    before = scene.completed("by-policy", "Delete")
    resource = "arn:aws:s3:::%s/%s/*" % (scene.args.stores.bucket, scene.args.stores.prefix(os.path.join(scene.stage.folder, "by-policy")))
    scene.args.stores.policy([{"Effect": "Allow", "Principal": {"AWS": [os.environ["AWS_ACCESS_KEY_ID"]]}, "Action": ["s3:*"],
                               "Resource": ["arn:aws:s3:::" + scene.args.stores.bucket, "arn:aws:s3:::%s/*" % scene.args.stores.bucket]},
                              {"Effect": "Deny", "Principal": {"AWS": [os.environ["AWS_ACCESS_KEY_ID"]]}, "Action": ["s3:DeleteObject"], "Resource": [resource]}])
    try:
        scene.stage.space.delete(BACKUPS, "by-policy")
        kept(report, scene, "by-policy", "")
        report.check(scene.objects("by-policy") == before, "by-policy: all of its %d objects are there" % before, scene.objects("by-policy"))
    finally:
        scene.args.stores.policy(None)
    scene.restored("by-policy")


def away(report, scene):
    """The store does not answer for a while: it is waited for."""
    scene.completed("away", "Delete", endpoint=scene.store.endpoint)
    scene.store.set(*(Fault(method, ".", 503) for method in ("GET", "HEAD", "DELETE", "POST", "PUT")))
    scene.stage.space.delete(BACKUPS, "away")
    time.sleep(20)
    found = scene.stage.space.get(BACKUPS, "away")
    report.check(found and found["metadata"].get("deletionTimestamp"), "away: while the store is away the object stays: %s, %s" % (phase(found), status(found).get("message")), told(found))
    scene.store.set()
    forgotten(report, scene.stage, "away", "while the store was away")
    report.check(scene.objects("away") == 0 and scene.events("away", "DataDeleted"), "away: and all is deleted", (scene.objects("away"), scene.stage.space.events("away")))


def no_store(report, scene):
    """It never came as far as to store anything."""
    scene.make("never", "Delete", suspend=True)
    scene.stage.check(BACKUPS, "never", lambda found: phase(found) == "Suspended", "never: it is suspended from the start")
    scene.make("spoilt", "Delete", sourceClusterId="${HOME}")
    scene.stage.check(BACKUPS, "spoilt", lambda found: phase(found) == "Failed", "spoilt: its spec cannot be")
    for name in ("never", "spoilt"):
        scene.stage.space.delete(BACKUPS, name)
        forgotten(report, scene.stage, name, "without anything that is stored")


def killed(report, scene):
    """The operator dies in the middle of it, and a node."""
    for number in range(3):
        name = "killed-%d" % number
        scene.completed(name, "Delete", endpoint=scene.store.endpoint)
        scene.store.set(Fault("DELETE", ".", 503, times=15))
        scene.stage.space.delete(BACKUPS, name)
        time.sleep(.4 * number)
        scene.stage.operators[0].kill()
        node = scene.stage.cluster.nodes[number % 2]
        if number:
            node.kill()
            node.start()
        scene.stage.operators[0].start(wait=False)
        forgotten(report, scene.stage, name, "with an operator%s that died" % (" and a node" if number else ""))
        report.check(until(lambda name=name: scene.objects(name) == 0, 30), "%s: all is deleted" % name, scene.objects(name))
        scene.store.set()
        report.check(scene.stage.cluster.wait_until_whole(180) is not None, "%s: the nodes are there again" % name)


def two(report, scene):
    """Two operators: what comes after under the same name is not deleted with it."""
    second = Operator(scene.stage, 1)
    scene.stage.operators.append(second)
    report.check(second.start(), "two: another operator is ready", second.said())
    for number in range(4):
        scene.completed("two", "Delete")
        scene.stage.space.delete(BACKUPS, "two")
        forgotten(report, scene.stage, "two", "the %d. time, by two operators" % (number + 1))
    scene.completed("two", "Delete")
    time.sleep(10)
    scene.whole("two")


def space(report, scene):
    """The namespace goes with such objects in it, and not the account of the operator."""
    stage, own = scene.stage, scene.stage.space
    stage.space = Space(stage.api, own.name + "-gone")
    try:
        watcher = Operator(stage, 2, space=stage.space)
        watcher.give(stage.api.token(own.name, "operator"))
        stage.operators.append(watcher)
        report.check(watcher.start(), "space: an operator for another namespace is ready", watcher.said())
        for name, fields in (("last", {}), ("last-without-end", {"continuous": True, "segmentMaxIntervalMs": 1_000})):
            scene.make(name, "Delete", **fields)
            report.check(until(lambda name=name: scene.objects(name) > 3, 120), "%s: there are objects" % name)
        began = time.monotonic()
        stage.api.ask("DELETE", "/api/v1/namespaces/" + stage.space.name)
        gone = until(lambda: "kubernetes.io/metadata.name" not in subprocess.run(
            [os.environ["KUBECTL"], "get", "namespace", stage.space.name, "-o", "json", "--ignore-not-found"], capture_output=True, text=True).stdout, 300)
        report.check(gone, "the namespace is gone after %.0f s" % (time.monotonic() - began), watcher.said())
        for name in ("last", "last-without-end"):
            report.check(scene.objects(name) == 0 and stage.declared(name) is None, "%s: with all that it has stored" % name, scene.objects(name))
        report.check("[ERROR]" not in watcher.said() and "forbidden" not in watcher.said(), "the operator found nothing wrong with that", watcher.said())
    finally:
        stage.space.release()
        stage.space.end()
        stage.space = own
