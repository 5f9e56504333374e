using System.Security.Cryptography;
using Xunit.Abstractions;
using Xunit;

namespace KafkaBackup.Simulation.Tests;

public sealed class CommitProtocolSimulationTests(ITestOutputHelper output)
{
    private const int FreshSeeds = 1_000;
    private const int SeedsForMutations = 4_000;

    /// <summary>How many histories are tried: <c>SIMULATION_HISTORIES</c>, or 5,000.</summary>
    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("SIMULATION_HISTORIES"), out var histories) ? histories : 5_000;

    [Fact]
    public void No_record_is_lost_or_stored_twice_whatever_crashes_stalls_or_runs_twice() => Try(0, Seeds);

    [Theory]
    [InlineData(1_232_669_714)]
    public void Nor_is_one_in_histories_that_once_went_wrong(int seed) => Try(seed, 1);

    [Fact]
    public void Nor_is_one_in_histories_that_nobody_has_tried_yet()
    {
        var first = RandomNumberGenerator.GetInt32(1_000_000, int.MaxValue - FreshSeeds);

        output.WriteLine($"seeds from {first} on");
        Try(first, FreshSeeds);
    }

    [Theory]
    [InlineData(Mutation.HeadOverwritten)]
    [InlineData(Mutation.ManifestOverwritten)]
    [InlineData(Mutation.NoBaseCheck)]
    [InlineData(Mutation.NoPositionCheck)]
    [InlineData(Mutation.NoEpochCheck)]
    [InlineData(Mutation.AnsweredBeforeCommit)]
    [InlineData(Mutation.SegmentNameReused)]
    [InlineData(Mutation.AnyAnswerTaken)]
    [InlineData(Mutation.AnyEndTaken)]
    [InlineData(Mutation.AnyPartSwept)]
    [InlineData(Mutation.AnySegmentSwept)]
    [InlineData(Mutation.ForeignSegmentsIgnored)]
    [InlineData(Mutation.RenderLeads)]
    [InlineData(Mutation.MissingPartIgnored)]
    public void A_rule_left_out_is_noticed(Mutation mutation)
    {
        var caught = Enumerable.Range(0, SeedsForMutations).AsParallel().Select(seed => Describe(seed, mutation)).FirstOrDefault(verdict => verdict is not null);

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

    private void Try(int first, int count)
    {
        var failures = Enumerable.Range(first, count).AsParallel().Select(seed => Describe(seed, Mutation.None)).OfType<string>().Take(5).ToList();

        failures.ForEach(output.WriteLine);
        Assert.Empty(failures);
    }

    private static string? Describe(int seed, Mutation mutation) =>
        CommitProtocolSimulation.Run(seed, mutation) is { } verdict ? $"seed {seed}: {verdict}" : null;
}
