using KafkaBackup.Shared.Tests.Ledger.Simulation;
using Xunit.Abstractions;
using Xunit;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class CommitProtocolSimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 1_500;
    private const int SeedsForMutations = 400;

    [Fact]
    public void No_record_is_lost_or_stored_twice_whatever_crashes_stalls_or_runs_twice()
    {
        var failures = Enumerable.Range(0, Seeds).AsParallel().Select(seed => Describe(seed, Mutation.None)).OfType<string>().Take(5).ToList();

        failures.ForEach(output.WriteLine);
        Assert.Empty(failures);
    }

    [Theory]
    [InlineData(Mutation.HeadOverwritten)]
    [InlineData(Mutation.ManifestOverwritten)]
    [InlineData(Mutation.NoBaseCheck)]
    [InlineData(Mutation.NoPositionCheck)]
    [InlineData(Mutation.NoEpochCheck)]
    [InlineData(Mutation.AnsweredBeforeCommit)]
    [InlineData(Mutation.SegmentNameReused)]
    [InlineData(Mutation.JournaledBeforeCommit)]
    [InlineData(Mutation.AnyPartSwept)]
    [InlineData(Mutation.AnySegmentSwept)]
    [InlineData(Mutation.ForeignSegmentsIgnored)]
    [InlineData(Mutation.RenderLeads)]
    [InlineData(Mutation.MissingPartIgnored)]
    public void A_rule_left_out_is_noticed(Mutation mutation)
    {
        var caught = Enumerable.Range(0, SeedsForMutations).Select(seed => Describe(seed, mutation)).FirstOrDefault(verdict => verdict is not null);

        Assert.NotNull(caught);
        output.WriteLine($"{mutation}: {caught}");
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

    private static string? Describe(int seed, Mutation mutation) =>
        CommitProtocolSimulation.Run(seed, mutation) is { } verdict ? $"seed {seed}: {verdict}" : null;
}
