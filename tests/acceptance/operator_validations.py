"""KafkaBackupValidations: whether what was restored is there still, by counts, offsets, groups and services that are asked."""
import http.server
import json
import os
import socket
import threading
import time

import operator_groups
import restoring
from kube import RESTORES, VALIDATIONS, until
from operating import Stage, condition, phase, status, told

PARTITIONS, GROUPS = 3, 3
OVER = ("Completed", "Failed", "Stopped")
COUNT, RANGE, PLACES = "MessageCountCheck", "OffsetRangeCheck", "ConsumerGroupOffsetCheck"


def validation(args, report, kafka):
    topic, other = args.prefix + "orders", args.prefix + "payments"
    records = {name: kafka.load(name, int(4_000 * args.scale) + 300, PARTITIONS, args.seed + number, create=True) for number, name in enumerate((topic, other))}
    names = ["%sgroup-%d" % (args.prefix, number) for number in range(GROUPS)]
    operator_groups.committed(kafka, topic, args.seed, args.prefix + "group", GROUPS)
    with Stage(args, report, kafka, count=2) as stage, Services() as services:
        stage.operator()
        for name in ("mapped", "window", "source", "hooks"):
            stage.make(name, [topic, other], consumerGroupSnapshot=True)
            stage.completed(name, 240)
        scene = Scene(report, stage, kafka, topic, other, records, names, services)
        for part in (source, mapped, window, groups, fewer, gone, hooks, scheduled, stopped, refused):
            if part.__name__ in (args.only or part.__name__):
                part(report, scene)


class Scene:
    def __init__(self, report, stage, kafka, topic, other, records, names, services):
        self.report, self.stage, self.kafka, self.topic, self.other, self.records, self.names, self.services = report, stage, kafka, topic, other, records, names, services

    def cluster(self):
        return {"bootstrapServers": self.kafka.bootstrap.split(",")}

    def restore(self, name, topics, **fields):
        """Into topics of other names; gives those."""
        mapping = {topic: "%s-%s" % (topic, name) for topic in topics}
        self.kafka.made += mapping.values()
        self.stage.space.make(RESTORES, name, {"backupRef": {"name": name}, "kafkaCluster": self.cluster(), "topics": topics, "topicMapping": mapping, "createTopics": True, **fields})
        found = self.stage.check(RESTORES, name, lambda found: phase(found) == "Completed", "%s: it is restored" % name, 240)
        self.report.note("%s records" % status(found).get("recordsRestored"))
        return mapping, status(found).get("recordsRestored")

    def make(self, name, backup, checks, **fields):
        self.stage.space.make(VALIDATIONS, name, {"backupRef": {"name": backup}, "kafkaCluster": self.cluster(), "checks": checks, **fields})

    def found(self, name, wanted, seconds=180):
        """What it has found; gives the object, and its checks by their names."""
        found = self.stage.check(VALIDATIONS, name, lambda found: phase(found) in OVER and not status(found).get("operation") and not found["metadata"].get("finalizers"),
                                 "%s: it comes to its end, and is let go" % name, seconds)
        told_ = status(found)
        checks = {row["checkName"]: row for row in told_.get("checkResults", [])}
        self.report.check(told_.get("validationResult") == wanted, "%s: it finds %s: %s" % (name, wanted, told_.get("message")), told(found))
        outcomes = [row["outcome"] for row in checks.values()]
        self.report.check([told_.get(key) for key in ("checksTotal", "checksPassed", "checksFailed", "checksWarned")] == [len(checks), *(outcomes.count(what) for what in ("Passed", "Failed", "Warning"))],
                          "%s: and counts its %d checks" % (name, len(checks)), told(found))
        self.report.check((condition(found).get("status") == "True") == (wanted != "Fail"), "%s: and is ready unless something is wrong" % name, told(found))
        return found, checks

    def says(self, name, check, outcome, *parts):
        text = (check or {}).get("message", "")
        self.report.check((check or {}).get("outcome") == outcome and all(part in text for part in parts), "%s: %s, %s" % (name, outcome, text), (parts, check))


ALL = {"messageCount": {}, "offsetRange": {}, "consumerGroupOffsets": {}}


def number(count):
    return format(count, ",")


def source(report, scene):
    """The cluster that was backed up, with no restore into it: nothing to count, and no group belongs elsewhere."""
    scene.make("of-the-source", "source", ALL)
    _, checks = scene.found("of-the-source", "Pass")
    report.check({name: row["outcome"] for name, row in checks.items()} == {COUNT: "Skipped", RANGE: "Passed", PLACES: "Skipped"}, "of-the-source: counts are skipped", checks)


def mapped(report, scene):
    scene.mapping, restored = scene.restore("mapped", [scene.topic, scene.other], autoConsumerGroups=True)
    scene.make("whole", "mapped", ALL, evidence={"formats": ["json"]})
    found, checks = scene.found("whole", "Pass")
    total = sum(scene.records.values())
    report.check(restored == total, "whole: %s records were restored" % number(total))
    scene.says("whole", checks.get(COUNT), "Passed", "%s of %s records" % (number(total), number(total)))
    path = status(found).get("evidenceReportPath")
    file = os.path.join(scene.stage.backup("mapped", []).store, path or "none")
    if report.check(path and os.path.exists(file), "whole: the report lies in the bucket, where the status says: %s" % path, told(found)):
        with open(file, encoding="utf-8") as stored:
            written = json.dumps(json.load(stored))
        report.check(all(json.dumps(row["message"]) in written for row in checks.values()), "whole: and says the same", written)
    before = status(found)
    scene.stage.space.change(VALIDATIONS, "whole", looked_at="twice")
    time.sleep(3)
    report.check(status(scene.stage.space.get(VALIDATIONS, "whole")) == before, "whole: a second look makes no second validation")


def window(report, scene):
    """A restore of a window of time: what lies outside is not wanted."""
    moments = sorted(row["timestamp"] for partition in range(PARTITIONS) for row in restoring.rows(scene.kafka, scene.topic, partition))
    mapping, restored = scene.restore("window", [scene.topic], pitr={"startTimestamp": moments[len(moments) // 4], "endTimestamp": moments[len(moments) * 3 // 4]})
    scene.make("window-named", "window", {"messageCount": {"topics": [scene.topic]}, "offsetRange": {}})
    _, checks = scene.found("window-named", "Pass")
    scene.says("window-named", checks.get(COUNT), "Passed", "%s of %s records" % (number(restored), number(restored)))
    scene.make("window-all", "window", {"messageCount": {}})
    _, checks = scene.found("window-all", "Warn")
    scene.says("window-all", checks.get(COUNT), "Warning", scene.other)
    scene.kafka._run(os.path.join(scene.kafka.home, "bin", "kafka-producer-perf-test.sh"), "--bootstrap-server", scene.kafka.bootstrap, "--topic", mapping[scene.topic], "--num-records", "50",
                     "--record-size", "100", "--throughput", "-1")
    scene.make("window-more", "window", {"messageCount": {"topics": [scene.topic]}, "offsetRange": {}})
    _, checks = scene.found("window-more", "Pass")
    scene.says("window-more", checks.get(COUNT), "Passed")


def groups(report, scene):
    """Groups that go back are told of; groups that go on are not."""
    target = scene.mapping[scene.topic]
    for name, strategy, wanted in (("groups-went-on", "to-latest", "Pass"), ("groups-went-back", "to-earliest", "Fail")):
        scene.kafka._run(os.path.join(scene.kafka.home, "bin", "kafka-consumer-groups.sh"), "--bootstrap-server", scene.kafka.bootstrap, "--group", scene.names[0], "--topic", target,
                         "--reset-offsets", "--" + strategy, "--execute")
        scene.make(name, "mapped", {"consumerGroupOffsets": {"consumerGroups": [scene.names[0]]}})
        _, checks = scene.found(name, wanted)
        scene.says(name, checks.get(PLACES), wanted + "ed" if wanted == "Pass" else "Failed", *([scene.names[0], target] if wanted == "Fail" else []))
    scene.make("groups-unknown", "mapped", {"consumerGroupOffsets": {"consumerGroups": [scene.names[0] + "-none"]}})
    found = scene.stage.check(VALIDATIONS, "groups-unknown", lambda found: phase(found) in OVER, "groups-unknown: it comes to its end")
    report.check(scene.names[0] + "-none" in str(status(found).get("message")), "groups-unknown: %s, %s" % (status(found).get("validationResult"), status(found).get("message")), told(found))


def fewer(report, scene):
    """Records are deleted at the target."""
    target, total, lost = scene.mapping[scene.other], sum(scene.records.values()), 20
    operator_groups.shorten(scene.kafka, target, lost)
    for name, threshold, wanted in (("fewer", 0, "Fail"), ("fewer-borne", lost * PARTITIONS, "Pass"), ("fewer-not-borne", lost * PARTITIONS - 1, "Fail")):
        scene.make(name, "mapped", {"messageCount": {"failThreshold": threshold}})
        _, checks = scene.found(name, wanted)
        scene.says(name, checks.get(COUNT), "Passed" if wanted == "Pass" else "Failed", "%s of %s records" % (number(total - lost * PARTITIONS), number(total)))
    scene.make("fewer-elsewhere", "mapped", {"messageCount": {"topics": [scene.topic]}})
    scene.found("fewer-elsewhere", "Pass")
    scene.make("fewer-range", "mapped", {"offsetRange": {}})
    _, checks = scene.found("fewer-range", "Fail")
    scene.says("fewer-range", checks.get(RANGE), "Failed", target)


def gone(report, scene):
    """The topic is deleted at the target."""
    target, total = scene.mapping[scene.other], sum(scene.records.values())
    scene.kafka._run(os.path.join(scene.kafka.home, "bin", "kafka-topics.sh"), "--bootstrap-server", scene.kafka.bootstrap, "--delete", "--topic", target)
    scene.kafka.made.remove(target)
    time.sleep(3)
    scene.make("gone", "mapped", ALL)
    _, checks = scene.found("gone", "Fail")
    scene.says("gone", checks.get(COUNT), "Failed", "%s of %s records" % (number(scene.records[scene.topic]), number(total)), target)
    scene.says("gone", checks.get(RANGE), "Failed", target)


class Services:
    """Answers what the path says, and keeps what it is sent."""

    def __enter__(self):
        services = self
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                services.seen.append((self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0))))
                self.answer()

            def do_GET(self):
                services.seen.append((self.path, b""))
                self.answer()

            def answer(self):
                said = {"/passes": b'{"result": "passed", "detail": "all is well"}', "/fails": b'{"result": "failed", "detail": "12 totals differ"}', "/warns": b'{"result": "warning", "detail": "stale"}',
                        "/nothing": b"", "/chatter": b"<html>fine</html>", "/elsewhere": b"", "/breaks": b'{"result": "passed"}', "/slow": b'{"result": "passed"}', "/odd": b'{"result": "PASS"}'}[self.path]
                if self.path == "/slow":
                    time.sleep(8)
                    return  # Nobody listens any more.
                self.send_response({"/elsewhere": 302, "/breaks": 500}.get(self.path, 200))
                if self.path == "/elsewhere":
                    self.send_header("Location", "/passes")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://%s:%d" % (own_address(), self.server.server_address[1])
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def own_address():
    """An address of this machine that nodes call: they do not call loopback. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]


def hooks(report, scene):
    wanted = {"passes": ("Passed", "all is well"), "fails": ("Failed", "12 totals differ"), "warns": ("Warning", "stale"), "nothing": ("Warning", ""), "chatter": ("Warning", ""), "elsewhere": ("Failed", "302"),
              "breaks": ("Failed", "500"), "slow": ("Failed", "2 s"), "odd": ("Failed", "none")}
    overall = {"Passed": "Pass", "Failed": "Fail", "Warning": "Warn"}
    for name, (outcome, part) in wanted.items():
        scene.services.seen.clear()
        scene.stage.space.make(VALIDATIONS, "hook-" + name, {"backupRef": {"name": "hooks"}, "checks": {"customWebhooks": [{"name": name, "url": "%s/%s" % (scene.services.url, name), "timeoutSecs": 2}]}})
        _, checks = scene.found("hook-" + name, overall[outcome])
        scene.says("hook-" + name, checks.get(name), outcome, part)
        report.check([path for path, _ in scene.services.seen] == ["/" + name], "hook-%s: it is asked once, and nobody else" % name, scene.services.seen)
        sent = json.loads(scene.services.seen[0][1] or b"{}") if scene.services.seen else {}
        report.check("hooks" in sent.values(), "hook-%s: it is told which backup" % name, sent)
    for name, url in (("nobody", "http://%s:9/x" % own_address()), ("loopback", "http://127.0.0.1:9/x"), ("link-local", "http://169.254.169.254/latest/meta-data/")):
        scene.stage.space.make(VALIDATIONS, "hook-" + name, {"backupRef": {"name": "hooks"}, "checks": {"customWebhooks": [{"name": name, "url": url, "timeoutSecs": 5}]}})
        _, checks = scene.found("hook-" + name, "Fail")
        scene.says("hook-" + name, checks.get(name), "Failed", url)


def scheduled(report, scene):
    """A tick is one validation, whoever looks; nothing begins while it is suspended."""
    scene.services.seen.clear()
    hook = {"customWebhooks": [{"name": "passes", "url": scene.services.url + "/passes"}]}
    scene.make("by-schedule", "hooks", hook, schedule="*/5 * * * * *", evidence={"formats": ["json"]})
    ticks, ends = {}, time.monotonic() + 120
    while time.monotonic() < ends and len(ticks) < 5:
        found = scene.stage.space.get(VALIDATIONS, "by-schedule")
        if status(found).get("lastRun"):
            ticks[status(found)["lastRun"]] = len(scene.services.seen)
        time.sleep(.2)
    report.check(len(ticks) >= 5, "by-schedule: it is made again and again: %s" % sorted(ticks), told(found))
    report.check(phase(found) in ("Ready", "Running", "Completed") and status(found).get("nextScheduledValidation") and condition(found).get("status"), "by-schedule: the status tells when the next one is due", told(found))
    scene.stage.operators[0].kill()
    scene.stage.operators[0].start()
    report.check(until(lambda: status(scene.stage.space.get(VALIDATIONS, "by-schedule")).get("lastRun") not in ticks, 60), "by-schedule: an operator that comes anew goes on with it")
    scene.stage.space.change(VALIDATIONS, "by-schedule", {"suspend": True})
    found = scene.stage.check(VALIDATIONS, "by-schedule", lambda found: status(found).get("observedGeneration") == found["metadata"]["generation"] and not status(found).get("operation")
                              and not status(found).get("nextScheduledValidation"), "by-schedule: suspended, it says so, and when it is due no more")
    report.note("%s: %s" % (phase(found), status(found).get("message")))
    count = len(scene.services.seen)
    time.sleep(12)
    report.check(len(scene.services.seen) == count, "by-schedule: and none begins any more, %d then and %d later" % (count, len(scene.services.seen)))
    root = os.path.join(scene.stage.backup("hooks", []).store, "evidence-reports")
    stored = [name for _, _, names in os.walk(root) for name in names if name.endswith(".json") and "by-schedule" in name] or [name for _, _, names in os.walk(root) for name in names]
    report.check(len(stored) == len(set(stored)) == count, "by-schedule: %d ticks, each asked the service once, and stored one report" % count, (count, stored))
    scene.stage.space.change(VALIDATIONS, "by-schedule", {"suspend": False})
    report.check(until(lambda: len(scene.services.seen) > count, 60), "by-schedule: resumed, it goes on")
    scene.stage.space.delete(VALIDATIONS, "by-schedule")
    report.check(scene.stage.space.gone(VALIDATIONS, "by-schedule", 60), "by-schedule: deleted, it goes")


def stopped(report, scene):
    """One that is at work when it is suspended comes to its end."""
    scene.services.seen.clear()
    scene.stage.space.make(VALIDATIONS, "stopped", {"backupRef": {"name": "hooks"}, "checks": {"customWebhooks": [{"name": "slow", "url": scene.services.url + "/slow", "timeoutSecs": 60}]}})
    report.check(until(lambda: scene.services.seen, 60), "stopped: it is at work")
    scene.stage.space.change(VALIDATIONS, "stopped", {"suspend": True})
    scene.stage.check(VALIDATIONS, "stopped", lambda found: phase(found) == "Completed" and not status(found).get("operation"), "stopped: suspended, it comes to its end")


def refused(report, scene):
    """A backup that is not there is waited for, or told of."""
    scene.make("of-nothing", "nothing-of-the-name", {"messageCount": {}})
    found = scene.stage.check(VALIDATIONS, "of-nothing", lambda found: "nothing-of-the-name" in str(status(found).get("message")), "of-nothing: the KafkaBackup that there is not is named")
    report.note("%s: %s" % (phase(found), status(found).get("message")))
    scene.stage.space.delete(VALIDATIONS, "of-nothing")
    report.check(scene.stage.space.gone(VALIDATIONS, "of-nothing", 60), "of-nothing: deleted, it goes")
