"""Operators and nodes die in the middle of KafkaOffsetResets: each comes to its end, once, and what it keeps is where groups stood before."""
import os
import random
import signal
import time

import operator_groups
from kube import RESETS, ROLLBACKS, until
from operating import Operator, Stage, phase, status, told

MANY = 150


def resets(args, report, kafka):
    topic = args.prefix + "read"
    kafka.load(topic, int(6_000 * args.scale) + 100 * operator_groups.PARTITIONS, operator_groups.PARTITIONS, args.seed, create=True)
    scene = operator_groups.Scene(args, report, kafka, topic)
    with Stage(args, report, kafka, count=3) as stage:
        scene.stage, operator = stage, stage.operator()
        for part in (operator_killed, node_killed, two, paused):
            if part.__name__ in (args.only or part.__name__):
                part(report, scene, operator)


def many(scene, seed):
    """So many groups that setting them takes a while; gives where they stand."""
    names = {group for group, _, _ in operator_groups.committed(scene.kafka, scene.topic, seed, scene.prefix + "many", MANY)}
    return operator_groups.places(scene.kafka, names)


def struck(report, scene, name, strike, times):
    """Something dies in the middle of a reset, again and again: it comes to its end, and what it has kept is what was before."""
    chooser = random.Random(scene.seed)
    for number in range(times):
        before = many(scene, scene.seed + number)
        names = sorted({group for group, _, _ in before})
        object_ = "%s-%d" % (name, number)
        scene.reset(object_, ("to-earliest", "to-latest")[number % 2], names=names, parallelism=1)
        until(lambda: phase(scene.stage.space.get(RESETS, object_)), 60)
        time.sleep(chooser.uniform(0, 1.5))
        report.note("%s: struck while it was %s" % (object_, phase(scene.stage.space.get(RESETS, object_))))
        strike(number)
        found = scene.over(RESETS, object_, seconds=300)
        first = lambda partition: scene.rows[partition][0][0] if number % 2 == 0 else scene.rows[partition][-1][0] + 1
        expected, there = {place: first(place[2]) for place in before}, operator_groups.places(scene.kafka, names)
        report.check(there == expected and status(found).get("groupsReset") == MANY, "%s: all %d groups are set" % (object_, MANY), (operator_groups.difference(there, expected), told(found)))
        scene.rollback(object_, {"name": "", "offsetResetRef": object_})
        scene.over(ROLLBACKS, object_)
        there = operator_groups.places(scene.kafka, names)
        report.check(there == before, "%s: what was kept is where groups stood before all of it" % object_, operator_groups.difference(there, before))
        reasons = [event["reason"] for event in scene.stage.space.events(object_) if event["reason"].startswith("Reset")]
        report.check(reasons == ["ResetSucceeded"], "%s: an event tells of it, once" % object_, reasons)
        operator_groups.again(report, scene, RESETS, object_)


def operator_killed(report, scene, operator):
    def strike(_):
        operator.kill()
        operator.start(wait=False)
    struck(report, scene, "operator-killed", strike, 4)


def node_killed(report, scene, _):
    cluster = scene.stage.cluster

    def strike(number):
        node = cluster.nodes[number % len(cluster.nodes)]
        node.kill()
        time.sleep(1)
        node.start()
    struck(report, scene, "node-killed", strike, 3)
    report.check(cluster.wait_until_whole(180) is not None, "node-killed: all nodes are there again")


def other(report, scene):
    """Another operator, that looks after the same objects."""
    if len(scene.stage.operators) == 1:
        scene.stage.operators.append(Operator(scene.stage, 1))
        report.check(scene.stage.operators[1].start(), "another operator is ready", scene.stage.operators[1].said())
    return scene.stage.operators[1]


def paused(report, scene, _):
    """One of two operators stands still while the other one does all, and then goes on: what is over stays so."""
    second, chooser = other(report, scene), random.Random(scene.seed)
    for number in range(6):
        names = ["paused-%d-%d" % (number, which) for which in range(15)]
        for name in names:
            scene.reset(name, "to-latest")
        time.sleep(chooser.uniform(0, .4))
        os.kill(second.process.pid, signal.SIGSTOP)
        rest = lambda: [row for row in scene.stage.space.list(RESETS) if row["metadata"]["name"] in names and phase(row) not in operator_groups.OVER]
        report.check(until(lambda: not rest(), 180), "paused-%d: all %d come to their end by the other one" % (number, len(names)), list(map(told, rest()))[:1])
        scene.reset("moved-%d" % number, "to-earliest")
        moved = until(lambda: phase(scene.stage.space.get(RESETS, "moved-%d" % number)) == "Completed", 120)
        before = operator_groups.places(scene.kafka, scene.names)
        os.kill(second.process.pid, signal.SIGCONT)
        back = until(lambda: list(map(told, rest())), 15)
        report.check(moved and not back, "paused-%d: when that one goes on, none is begun anew" % number, (back or [None])[0])
        there = operator_groups.places(scene.kafka, scene.names)
        report.check(there == before, "paused-%d: and groups stand where they were set later" % number, operator_groups.difference(there, before))


def two(report, scene, _):
    """Two operators look after the same resets: each is carried out once."""
    other(report, scene)
    seen, often = {}, []
    for number in range(12):
        scene.reset("two-%d" % number, "to-latest")
    ends = time.monotonic() + 240
    while time.monotonic() < ends:
        found = {row["metadata"]["name"]: row for row in scene.stage.space.list(RESETS) if row["metadata"]["name"].startswith("two-")}
        for name, row in found.items():
            seen.setdefault(name, set()).update({status(row)["operation"]} if status(row).get("operation") else ())
        if all(phase(row) in operator_groups.OVER for row in found.values()):
            break
        time.sleep(.1)
    for name in sorted(found):
        scene.over(RESETS, name)
    for _ in range(10):
        for name, operations in seen.items():
            for operation in operations:
                known = next((answer for node in scene.stage.cluster.alive() if (answer := node.get("operations/" + operation))), None)
                if known and known.get("state", "").lower() == "running":
                    often.append((name, known))
        time.sleep(.5)
    report.check(not often and any(seen.values()), "two: nothing is carried out once more, of %d that were seen at work" % sum(map(len, seen.values())), often[:3])
