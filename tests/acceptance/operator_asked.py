"""What is asked of operators beside backups while they are killed: resets of groups, validations, and runs now."""
import time

import operator_groups
from kube import BACKUPS, RESETS, RUNS, VALIDATIONS
from operating import phase, status, told

OVER = ("Completed", "PartiallyCompleted", "Incomplete", "Stopped", "Failed")
MOST, PLACE = 100, 5


class Asked:
    """Asks at random; each reset is of a group of its own."""

    def __init__(self, stage, topic, chooser):
        self.stage, self.topic, self.chooser, self.made = stage, topic, chooser, {RESETS: [], VALIDATIONS: [], RUNS: []}
        self.prefix = stage.args.prefix + "asked"
        operator_groups.committed(stage.kafka, topic, stage.args.seed, self.prefix, MOST)

    def act(self, names):
        """Makes an object, of a KafkaBackup that may be there or not; gives its kind."""
        kind = self.chooser.choices([RESETS, RUNS, VALIDATIONS], [4, 2, 1])[0]
        number, servers, backup = len(self.made[kind]), {"bootstrapServers": self.stage.kafka.bootstrap.split(",")}, self.chooser.choice(names)
        if number >= MOST:
            return None
        name = "asked-%d" % number
        spec = {RESETS: {"kafkaCluster": servers, "consumerGroups": ["%s-%d" % (self.prefix, number)], "resetStrategy": "to-earliest" if number % 2 else "to-latest", "topics": [self.topic]},
                RUNS: {"backupRef": {"name": backup}}, VALIDATIONS: {"backupRef": {"name": backup}, "kafkaCluster": servers, "checks": {"offsetRange": {}}}}[kind]
        self.stage.space.make(kind, name, spec)
        self.made[kind].append((name, backup))
        return "asked for " + kind

    def settle(self, report, life):
        """Each comes to its end, none is carried out twice, and none later on."""
        space, names = self.stage.space, [name for name, _ in self.made[RESETS]]
        for name in names:
            found = self.stage.check(RESETS, name, lambda found: phase(found) in OVER and not found["metadata"].get("finalizers"), "%s: the reset comes to its end" % name)
            report.check(phase(found) == "Completed" and status(found).get("attempts") == 1, "%s: at the first attempt" % name, told(found))
        groups = ["%s-%d" % (self.prefix, number) for number in range(len(names))]
        ends = {(topic, partition): (row["first"], row["last"] + 1) for (topic, partition), row in self.stage.kafka.digest(self.topic).items()}
        expected = {(group, *where): ends[where][number % 2 == 0] for number, group in enumerate(groups) for where in ends}
        there = operator_groups.places(self.stage.kafka, groups)
        report.check(there == expected, "each of %d groups is where its reset was to set it" % len(groups), operator_groups.difference(there, expected))
        space.make(RESETS, "last", {"kafkaCluster": {"bootstrapServers": self.stage.kafka.bootstrap.split(",")}, "consumerGroups": groups, "resetStrategy": "to-offset", "resetOffset": PLACE, "topics": [self.topic]})
        self.stage.check(RESETS, "last", lambda found: phase(found) == "Completed", "last: all of them are set once more")
        for name in names:
            space.change(RESETS, name, looked_at="again")
        time.sleep(10)
        report.check(set(operator_groups.places(self.stage.kafka, groups).values()) <= {PLACE}, "and no reset of before is carried out later on")
        events = space.list("events")
        often = {name: count for name in names for count in [sum(event["reason"] == "ResetSucceeded" and event["involvedObject"]["name"] == name for event in events)] if count != 1}
        report.check(not often, "events tell of each reset once", often)
        self.others(report, life)

    def others(self, report, life):
        space = self.stage.space
        for name, backup in self.made[VALIDATIONS]:
            if space.get(BACKUPS, backup):
                found = self.stage.check(VALIDATIONS, name, lambda found: phase(found) in OVER and not status(found).get("operation"), "%s: the validation of %s comes to its end" % (name, backup), 180)
                report.check(status(found).get("validationResult"), "%s: %s, %s" % (name, status(found).get("validationResult"), status(found).get("message")), told(found))
        for name, backup in self.made[RUNS]:
            found = space.get(RUNS, name)
            ids = {run for (_, run) in list(life.seen) if found["metadata"]["uid"] in run}
            report.check(len(ids) <= 1, "%s: %d run of %s was seen" % (name, len(ids), backup), ids)
            if space.get(BACKUPS, backup) and not backup.startswith("without"):
                found = self.stage.check(RUNS, name, lambda found: phase(found) in OVER, "%s: the run of %s comes to its end" % (name, backup), 180)
                report.check(phase(found) == "Completed" or status(found).get("runId"), "%s: %s, %s" % (name, phase(found), status(found).get("message")), told(found))
