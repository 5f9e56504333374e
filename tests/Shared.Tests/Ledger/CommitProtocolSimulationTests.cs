using KafkaBackup.Shared.Tests.Ledger.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class CommitProtocolSimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void No_record_is_lost_or_stored_twice_whatever_crashes_stalls_or_runs_twice()
    {
        var failures = Run(Enumerable.Range(0, 1_500), Mutation.None);

        Assert.Empty(failures);
    }

    [Theory]
    [InlineData(Mutation.HeadOverwritten, 100)]
    [InlineData(Mutation.ManifestOverwritten, 100)]
    [InlineData(Mutation.NoBaseCheck, 100)]
    [InlineData(Mutation.NoPositionCheck, 100)]
    [InlineData(Mutation.NoEpochCheck, 100)]
    [InlineData(Mutation.AnsweredBeforeCommit, 100)]
    [InlineData(Mutation.SegmentNameReused, 100)]
    [InlineData(Mutation.JournaledBeforeCommit, 100)]
    [InlineData(Mutation.AnyPartSwept, 100)]
    [InlineData(Mutation.AnySegmentSwept, 100)]
    [InlineData(Mutation.ForeignSegmentsIgnored, 100)]
    [InlineData(Mutation.RenderLeads, 100)]
    [InlineData(Mutation.MissingPartIgnored, 100)]
    public void A_rule_left_out_is_noticed(Mutation mutation, int seeds)
    {
        var failures = Run(Enumerable.Range(0, seeds), mutation);

        Assert.NotEmpty(failures);
    }

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        static string Trace()
        {
            var world = new World(7, Mutation.None);
            CommitProtocolSimulation.Run(world);
            return string.Join('\n', world.List("").Select(found => $"{found.Key} {found.Size} {found.ETag}").Append($"{world.Scheduler.Steps}"));
        }

        Assert.Equal(Trace(), Trace());
    }

    private IReadOnlyList<string> Run(IEnumerable<int> seeds, Mutation mutation)
    {
        var all = seeds.ToList();
        var failures = all.AsParallel().Select(seed => (Seed: seed, Verdict: CommitProtocolSimulation.Run(seed, mutation)))
            .Where(run => run.Verdict is not null).OrderBy(run => run.Seed).Select(run => $"seed {run.Seed}: {run.Verdict}").ToList();
        output.WriteLine($"{mutation}: {failures.Count} of {all.Count} seeds");
        foreach (var failure in failures.Take(5))
        {
            output.WriteLine(failure);
        }

        return failures.Take(5).ToList();
    }
}
