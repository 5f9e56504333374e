"""Operators are killed again and again, while objects are made, changed, suspended, resumed, triggered and deleted."""
import random
import threading
import time

import common
from kube import BACKUPS, until
from operator_asked import Asked
from operating import Operator, Stage, is_settled, moment, phase, status, told

NAMES = ["once-a", "once-b", "once-c", "schedule-a", "schedule-b", "without-end"]


class Wanted:
    """What was asked of one object, since it was made."""

    def __init__(self, name, number):
        self.name, self.fields, self.triggers, self.number, self.specs = name, {"compressionLevel": 1}, [], number, 1
        if name.startswith("schedule"):
            self.fields["schedule"] = "*/4 * * * * *"
        elif name.startswith("without"):
            self.fields.update(continuous=True, segmentMaxIntervalMs=1_000)

    @property
    def is_once(self):
        return self.name.startswith("once")


class Life:
    """Changes objects at random, and knows what should have become of them. Looks at the cluster all the time, as it forgets runs."""

    def __init__(self, stage, topic, chooser):
        self.stage, self.topic, self.chooser, self.wanted, self.deleted, self.made = stage, topic, chooser, {}, [], 0
        self.seen, self.problems, self.done = {}, [], {}
        self.halt = threading.Event()
        self.looking = threading.Thread(target=self._look, daemon=True)
        self.looking.start()

    def _look(self):
        while not self.halt.is_set():
            for name in NAMES:
                try:
                    for run in self.stage.runs(name):
                        known = self.seen.setdefault((name, run["id"]), run)
                        if known["started_at"] != run["started_at"]:
                            self.problems.append("%s of %s began at %s and at %s" % (run["id"], name, known["started_at"], run["started_at"]))
                        self.seen[name, run["id"]] = run
                except OSError as error:
                    self.problems.append("the nodes do not answer for %s: %s" % (name, error))
            self.halt.wait(.3)

    def act(self):
        """Does one thing to one object; gives what."""
        space, name = self.stage.space, self.chooser.choice(NAMES)
        wanted, found = self.wanted.get(name), space.get(BACKUPS, name)
        if wanted is None:
            if found is not None:
                return None  # It is on its way out.
            self.made += 1
            self.wanted[name] = Wanted(name, self.made)
            self.stage.make(name, [self.topic], **self.wanted[name].fields)
            return "made"
        what = self.chooser.choices(["change", "suspend", "resume", "trigger", "delete"], [3, 2, 3, 4, 1])[0]
        if what == "change" and (not wanted.is_once or self.is_over(wanted, found)):
            wanted.specs += 1
            wanted.fields["compressionLevel"] = wanted.specs
            space.change(BACKUPS, name, {"compressionLevel": wanted.specs})
        elif what == "suspend" and not wanted.fields.get("suspend"):
            self.suspend(wanted, True)
        elif what == "resume" and wanted.fields.get("suspend"):
            self.suspend(wanted, False)
        elif what == "trigger" and (not wanted.triggers or status(found).get("lastTrigger") == wanted.triggers[-1]):
            wanted.triggers.append("%s-%d-%d" % (name, wanted.number, len(wanted.triggers)))
            space.change(BACKUPS, name, trigger_backup=wanted.triggers[-1])
        elif what == "delete" and self.chooser.random() < .5:
            space.delete(BACKUPS, name)
            self.deleted.append(self.wanted.pop(name))
        else:
            return None
        return what

    def suspend(self, wanted, whether):
        wanted.fields["suspend"] = whether
        self.stage.space.change(BACKUPS, wanted.name, {"suspend": whether})

    def is_over(self, wanted, found):
        """Whether the run that its spec asks for was, so that another spec is one run more."""
        return self.texts(wanted.name, found) >= wanted.specs and phase(found) == "Completed" and is_settled(found)

    def runs_of(self, name, found):
        """Those that were seen since the object was made."""
        since = moment(found["metadata"]["creationTimestamp"])
        return [run for (owner, _), run in list(self.seen.items()) if owner == name and moment(run["started_at"]) >= since]

    def texts(self, name, found):
        """How many specs of an object have had their run."""
        return len({run["id"].rsplit("-", 1)[0] for run in self.runs_of(name, found) if run["id"].startswith("once-") and outcome(run) == "Completed"})

    def end(self):
        self.halt.set()
        self.looking.join()


def outcome(run):
    """As the status has it."""
    return ("Running" if not run.get("ended_at") else "Stopped" if run.get("was_stopped") else "Incomplete" if run.get("failed_partitions") or run.get("gaps")
            else "Failed" if run.get("failures") else "Completed")


def kills(args, report, kafka):
    """The state that each object asks for is reached, each one-shot spec and each trigger is one run, none hangs or is forgotten."""
    chooser, topic, killed, done = random.Random(args.seed), args.prefix + "killed", 0, {}
    kafka.load(topic, int(20_000 * args.scale), 4, args.seed, create=True)
    with Stage(args, report, kafka, count=1) as stage:
        life, asked = Life(stage, topic, chooser), Asked(stage, topic, chooser)
        operators = [Operator(stage, number) for number in (0, 1)]
        operators[0].start()
        try:
            while killed < args.kills:
                if killed >= args.kills // 2 and operators[1].starts == 0:
                    operators[1].start()
                    report.note("two operators from now on")
                ends = time.monotonic() + chooser.uniform(0, 5)
                while time.monotonic() < ends:
                    what = asked.act(NAMES) if chooser.random() < .2 else life.act()
                    done[what] = done.get(what, 0) + 1
                    time.sleep(chooser.uniform(0, .5))
                chosen = chooser.choice([operator for operator in operators if operator.is_alive()])
                chosen.kill()
                killed += 1
                chosen.start(wait=chooser.random() < .7)
            done.pop(None, None)
            report.note("%d kills while objects were %s" % (killed, ", ".join("%s %d times" % (what.rstrip("e") + "ed" if what != "made" and " " not in what else what, times) for what, times in sorted(done.items()))))
            stage.operators += operators
            settle(report, stage, life)
            asked.settle(report, life)
        finally:
            life.end()
        report.check(not life.problems, "no run began twice, of %d runs that were seen" % len(life.seen), "\n".join(life.problems[:10]))
        counted(report, life, stage)
        for name in list(life.wanted):
            life.suspend(life.wanted[name], True)
            stage.check(BACKUPS, name, lambda found: phase(found) == "Suspended", "%s: suspended" % name)
            if life.texts(name, stage.space.get(BACKUPS, name)) or not life.wanted[name].is_once:
                common.whole(report, stage.backup(name, [topic]), kafka.digests([topic]), name)
        for operator in operators:
            report.check(operator.stop() == 0, "an operator ends by SIGTERM with 0")


def settle(report, stage, life):
    """Each object comes to be what it asks for, and the cluster has nothing that none asks for."""
    known = lambda: {line.split()[0] for line in stage.shown("backups").splitlines()[1:] if line.strip()} & set(NAMES)
    report.check(until(lambda: known() <= set(life.wanted), 60), "the cluster has no backup of an object that was deleted", (known(), set(life.wanted)))
    for wanted in life.deleted:
        if wanted.name not in life.wanted:
            report.check(stage.space.gone(BACKUPS, wanted.name, 120), "%s, which was deleted, is gone" % wanted.name, told(stage.space.get(BACKUPS, wanted.name)))
            report.check(until(lambda wanted=wanted: stage.declared(wanted.name) is None, 30), "%s: the cluster has forgotten it" % wanted.name)
    for wanted in life.wanted.values():
        name = wanted.name
        asked = "Suspended" if wanted.fields.get("suspend") else "Completed" if wanted.is_once else "Running" if wanted.name.startswith("without") else "Ready"
        fits = {"Ready": ("Ready", "Running")}.get(asked, (asked,))
        found = stage.check(BACKUPS, name, lambda found, fits=fits: phase(found) in fits and is_settled(found), "%s: it comes to be %s, as its spec asks" % (name, asked.lower()))
        known = stage.declared(name)
        if asked == "Suspended":
            rests = lambda name=name: (known := stage.declared(name)) is None or known["backup"]["is_paused"] and not known["backup"].get("current")
            report.check(until(rests, 30), "%s: the cluster begins none of its runs" % name, known)  # One that was killed may have resumed it last: it is looked at every 15 s.
            life.suspend(wanted, False)
            found = stage.check(BACKUPS, name, lambda found, wanted=wanted: phase(found) in ("Completed", "Running", "Ready") and is_settled(found), "%s: resumed, it goes on" % name)
        if found and wanted.is_once:
            report.check(until(lambda name=name, found=found, wanted=wanted: life.texts(name, found) == wanted.specs, 60), "%s: each of its %d specs had a run that was completed" % (name, wanted.specs),
                         [run["id"] for (owner, _), run in life.seen.items() if owner == name])
        known = stage.declared(name)
        report.check(known and "compression_level: %d\n" % wanted.specs in known["backup"]["definition"], "%s: the cluster has its last spec" % name, known)
        if wanted.triggers:
            stage.check(BACKUPS, name, lambda found, wanted=wanted: status(found).get("lastTrigger") == wanted.triggers[-1], "%s: its last trigger is told" % name)
            stage.check(BACKUPS, name, lambda found, wanted=wanted: phase(found) in ("Completed", "Running", "Ready"), "%s: and it is as before" % name)
        stage.check(BACKUPS, name, lambda found: found["metadata"].get("finalizers") == ["kafka.oso.sh/backup-finalizer"], "%s: it is held, once" % name)


def counted(report, life, stage):
    """Triggers are as many runs as there were texts, also after all that."""
    for wanted in life.wanted.values():
        found = stage.space.get(BACKUPS, wanted.name)
        runs = life.runs_of(wanted.name, found)
        wrong = [run for run in runs if outcome(run) in ("Failed", "Incomplete")]
        report.check(not wrong, "%s: none of %d runs failed" % (wanted.name, len(runs)), wrong[:2])
        triggered = [run["id"] for run in runs if run["id"].startswith("trigger-")]
        if not wanted.fields.get("continuous"):
            report.check(len(triggered) == len(wanted.triggers), "%s: %d triggers, each one run" % (wanted.name, len(wanted.triggers)), (wanted.triggers, triggered))
        if wanted.is_once:
            often = [run["id"] for run in runs if run["id"].startswith("once-") and outcome(run) == "Completed"]
            report.check(len({name.rsplit("-", 1)[0] for name in often}) == len(often) == wanted.specs, "%s: %d specs, each one run that was completed" % (wanted.name, wanted.specs), often)
