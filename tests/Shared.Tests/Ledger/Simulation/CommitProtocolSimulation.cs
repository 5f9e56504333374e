namespace KafkaBackup.Shared.Tests.Ledger.Simulation;

/// <summary>One run of the simulation: a time of trouble, then a time without, in which all work must come to its end.</summary>
internal static class CommitProtocolSimulation
{
    private const int MaxSettlingSteps = 20_000;

    /// <summary>Runs one seed. The same seed is the same run, call for call.</summary>
    /// <returns>What went wrong, or null.</returns>
    public static string? Run(int seed, Mutation mutation = Mutation.None) => Run(new World(seed, mutation));

    /// <summary>Runs a world that the caller wants to look at afterwards.</summary>
    public static string? Run(World world)
    {
        // Continuations must run where the answer is given, not where a test framework would post them.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Trouble(world);
            if (world.Judge.Verdict is null)
            {
                Settle(world);
            }

            return world.Judge.Verdict;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static void Trouble(World world)
    {
        var random = world.Random;
        var hasForeignTool = random.NextDouble() < .4;
        for (var steps = random.Next(100, 700); steps > 0 && world.Judge.Verdict is null; steps--)
        {
            Populate(world, hasForeignTool);
            world.Scheduler.Step();
            if (random.NextDouble() < .02)
            {
                var candidates = world.Processes.Where(process => process.IsAlive).ToList();
                if (candidates.Count > 0)
                {
                    world.Scheduler.Crash(candidates[random.Next(candidates.Count)]);
                }
            }

            Age(world);
        }
    }

    private static void Populate(World world, bool hasForeignTool)
    {
        var random = world.Random;
        world.Processes.RemoveAll(process => !process.IsAlive);
        var writers = world.Processes.OfType<SimulatedWriter>().Count();
        if (writers == 0 || (writers < 3 && random.NextDouble() < .02))
        {
            world.Start(new SimulatedWriter(world, world.NewName("writer")) { ClaimsAtOnce = random.Next(2) == 0 });
        }

        foreach (var source in world.Sources)
        {
            var workers = world.Processes.OfType<SimulatedWorker>().Count(worker => worker.Partition == source.Partition);
            if (workers == 0 || (workers < 3 && random.NextDouble() < .01))
            {
                StartWorker(world, source, hasOldPlan: random.Next(4) == 0);
            }
        }

        if (random.NextDouble() < .04)
        {
            world.Start(new SimulatedReader(world, world.NewName("reader")));
        }

        if (hasForeignTool && random.NextDouble() < .015)
        {
            world.Start(new ForeignTool(world, world.NewName("foreign")));
        }
    }

    private static void Age(World world)
    {
        foreach (var source in world.Sources)
        {
            source.Age();
        }
    }

    /// <summary>No more faults: a fresh writer and fresh workers, among what zombies there are, bring everything to an end.</summary>
    private static void Settle(World world)
    {
        world.Scheduler.HasFaults = false;
        var writer = world.Start(new SimulatedWriter(world, world.NewName("writer")) { ClaimsAtOnce = true });
        var workers = world.Sources.Select(source => StartWorker(world, source, hasOldPlan: false)).ToList();
        var deadline = world.Scheduler.Steps + MaxSettlingSteps;
        int? rendersBefore = null;
        while (world.Judge.Verdict is null && (rendersBefore is null || writer.Renders < rendersBefore + 2))
        {
            if (!writer.IsAlive)
            {
                writer = world.Start(new SimulatedWriter(world, world.NewName("writer")) { ClaimsAtOnce = true });
                rendersBefore = null;
            }

            if (!world.Scheduler.Step() || world.Scheduler.Steps > deadline)
            {
                world.Judge.Accuse("the work does not come to an end");
            }

            if (rendersBefore is null && workers.TrueForAll(worker => worker.IsDone))
            {
                rendersBefore = writer.Renders;
            }
        }

        if (world.Judge.Verdict is null)
        {
            FinalJudgement.Pronounce(world);
        }
    }

    private static SimulatedWorker StartWorker(World world, SimulatedSource source, bool hasOldPlan) =>
        world.Start(new SimulatedWorker(world, world.NewName("worker"), source) { HasOldPlan = hasOldPlan });
}
