"""The operator on the nodes: one of them has it, and when that dies another one does."""
import os
import threading
import time

import common
import operator_groups
from kube import BACKUPS, RESETS, RUNS, kubeconfig, until
from operating import Stage, phase, status, told

PARTITIONS, SAYS = 3, "looks after KafkaBackups"


def on_nodes(args, report, kafka):
    topic, committed = args.prefix + "orders", []
    committed.append(kafka.load(topic, int(10_000 * args.scale) + 100, PARTITIONS, args.seed, create=True))
    stage = Stage(args, report, kafka, count=3)
    equip(stage)
    with stage:
        watch = Watch(stage, ("by-schedule", "typical"))
        first = holder(stage)
        report.check(first, "one node says that it has the operator: node %s" % (first and first.number))
        report.check(sum(SAYS in node.said() for node in stage.cluster.nodes) == 1, "and no other does")
        stage.make("typical", [topic])
        stage.completed("typical")
        stage.make("by-schedule", [topic], schedule="*/5 * * * * *")
        stage.check(BACKUPS, "by-schedule", lambda found: status(found).get("runs"), "by-schedule: it has had a run")
        for number in range(args.kills if args.kills < 30 else 4):
            killed(report, stage, topic, args, committed, number)
        watch.end()
        stage.suspended("by-schedule")
        report.check(not watch.problems, "no run began twice, of %d" % len(watch.seen), watch.problems[:5])
        ticks = [run for name, run in watch.seen if name == "by-schedule" and not run.startswith(("once-", "trigger-", "run-"))]
        moments = [watch.seen["by-schedule", run]["started_at"] for run in ticks]
        report.check(len(set(ticks)) == len(ticks) and len({moment[:19] for moment in moments}) == len(moments), "by-schedule: %d runs, no two of one tick" % len(ticks), sorted(moments))
        found = sum(run["records"] for (name, _), run in watch.seen.items() if name == "by-schedule")
        report.check(found == sum(committed), "by-schedule: its runs fetched %s records in all, each once" % format(found, ","), committed)
        common.whole(report, stage.backup("by-schedule", [topic]), kafka.digests([topic]), "by-schedule")
        report.check(all(common.sentences(node.said()) for node in stage.cluster.nodes), "what nodes log is sentences, without a stack trace",
                     "\n".join(line for node in stage.cluster.nodes for line in node.said().splitlines() if common.TRACE.search(line)))


def equip(stage):
    """Nodes get the role, and the rights of the operator."""
    token, config = os.path.join(stage.folder, "token"), os.path.join(stage.folder, "kubeconfig")
    with open(token, "w", encoding="utf-8") as file:
        file.write(stage.api.token(stage.space.name, "operator"))
    kubeconfig(config, stage.api.server, stage.api.authority, token)
    for node in stage.cluster.nodes:
        node.environment.update(KAFKA_BACKUP_ROLES="coordinator,worker,operator", KUBECONFIG=config, KAFKA_BACKUP_OPERATOR_NAMESPACES=stage.space.name)


def holder(stage, but=None, seconds=120):
    """The node that said last that it has the operator."""
    return until(lambda: next((node for node in stage.cluster.alive() if node is not but and SAYS in node.said()), None), seconds)


def killed(report, stage, topic, args, committed, number):
    """The node that has the operator dies, while objects come."""
    kafka, node = stage.kafka, next(node for node in stage.cluster.alive() if SAYS in node.said())
    groups = operator_groups.committed(kafka, topic, args.seed + number, args.prefix + "group", 3)
    name = "after-%d" % number
    stage.space.make(RESETS, name, {"kafkaCluster": {"bootstrapServers": kafka.bootstrap.split(",")}, "consumerGroups": sorted({group for group, _, _ in groups}), "resetStrategy": "to-latest"})
    stage.space.make(RUNS, name, {"backupRef": {"name": "typical"}})
    time.sleep(.5 * number)
    before, began = {run["id"] for run in stage.runs("by-schedule")}, time.monotonic()
    node.kill()
    committed.append(kafka.load(topic, 200, PARTITIONS, args.seed + 100 + number))
    another = holder(stage, node)
    report.check(another, "%s: node %d, which had the operator, was killed; node %s has it %.0f s later" % (name, node.number, another and another.number, time.monotonic() - began))
    stage.make(name, [topic])
    stage.completed(name, 240)
    found = stage.check(RESETS, name, lambda found: phase(found) == "Completed", "%s: the reset that was asked for comes to its end" % name, 240)
    report.check(status(found).get("groupsReset") == 3, "%s: all groups are set" % name, told(found))
    found = stage.check(RUNS, name, lambda found: phase(found) in ("Completed", "Failed", "Incomplete", "Stopped"), "%s: so does the run" % name, 240)
    ids = [run["id"] for run in stage.runs("typical") if found and found["metadata"]["uid"] in run["id"]]
    report.check(phase(found) == "Completed" and ids == [status(found).get("runId")], "%s: of which there was one" % name, (ids, told(found)))
    last = lambda found: [run for run in status(found).get("runs", []) if run["id"] not in before]
    stage.check(BACKUPS, "by-schedule", lambda found: sum(run["records"] for run in last(found)) >= 200, "%s: the schedule goes on, and the status tells of it" % name, 180)
    node.start()
    report.check(stage.cluster.wait_until_whole(180) is not None, "%s: the node is there again" % name)
    reasons = [event["reason"] for event in stage.space.events(name)]
    report.check(reasons.count("ResetSucceeded") == 1, "%s: an event tells of the reset, once" % name, reasons)


class Watch:
    """Looks at runs all the time, as the cluster forgets them."""

    def __init__(self, stage, names):
        self.stage, self.names, self.seen, self.problems, self.halt = stage, names, {}, [], threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.halt.is_set():
            for name in self.names:
                try:
                    for run in self.stage.runs(name):
                        known = self.seen.setdefault((name, run["id"]), run)
                        if known["started_at"] != run["started_at"]:
                            self.problems.append("%s of %s began at %s and at %s" % (run["id"], name, known["started_at"], run["started_at"]))
                        self.seen[name, run["id"]] = run
                except OSError:
                    pass  # A node that had it was killed.
            self.halt.wait(.3)

    def end(self):
        self.halt.set()
        self.thread.join()
