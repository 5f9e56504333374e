using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Node;

public sealed class PermitBudgetTests
{
    private const long MiB = 1024 * 1024;
    private static readonly long Single = PermitBudget.MinimumBytes(new BackupSection { SegmentMaxBytes = 10 * MiB });
    private static readonly long Double = Single + (10 * MiB);

    /// <summary>Memory given, most partitions at once, permits, whether an upload overlaps the filling of the next segment.</summary>
    public static TheoryData<long, int, int, bool> Budgets => new()
    {
        { Single, 8, 1, false },
        { Double - 1, 8, 1, false },
        { Double, 8, 1, true },
        { (2 * Double) - 1, 8, 1, true },
        { 2 * Double, 8, 2, true },
        { 8 * Double, 8, 8, true },
        { 100 * Double, 8, 8, true },
        { 100 * Double, 1, 1, true },
        { long.MaxValue, int.MaxValue, int.MaxValue, true },
    };

    [Theory]
    [MemberData(nameof(Budgets))]
    public void Permits_fit_into_the_memory_given(long memory, int concurrent, int slots, bool overlaps)
    {
        var budget = Budget(Section(memory, concurrent), available: 0);

        Assert.Equal(slots, budget.Slots);
        Assert.Equal(overlaps, budget.OverlapsUpload);
    }

    [Theory]
    [InlineData(100, 36)]
    [InlineData(1, 34)]
    public void A_permit_for_few_records_is_smaller_and_never_larger_than_a_full_one(long segment, long small)
    {
        var section = new BackupSection { SegmentMaxBytes = segment * MiB };

        Assert.Equal(small * MiB, PermitBudget.For(section, nodeBytes: 10_000 * MiB).SmallPermitBytes);
    }

    [Fact]
    public void A_quarter_of_the_machine_is_the_default()
    {
        Assert.Equal(2, Budget(Section(null, 8), available: 8 * Double).Slots);
        Assert.Equal(1, Budget(Section(null, 8), available: (8 * Double) - 4).Slots);
    }

    [Fact]
    public void Of_a_node_with_many_backups_each_gets_no_more_than_its_own_share()
    {
        Assert.Equal(2, PermitBudget.For(Section(2 * Double, 8), nodeBytes: 8 * Double).Slots);
        Assert.Equal(3, PermitBudget.For(Section(8 * Double, 8), nodeBytes: 3 * Double).Slots);
    }

    [Fact]
    public void A_segment_takes_its_own_bytes_and_more() => Assert.Equal((10 * MiB) + BackupSection.MemoryBesideSegment, Single);

    [Fact]
    public void A_budget_too_small_for_one_partition_is_refused_with_what_it_takes()
    {
        var failure = Assert.Throws<BackupException>(() => Budget(Section(Single - 1, 8), available: long.MaxValue));

        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Contains("backup.max_memory_bytes", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{Single:N0}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_too_small_for_one_partition_is_refused_by_its_own_name()
    {
        var failure = Assert.Throws<BackupException>(() => Budget(Section(null, 8), available: (4 * Single) - 1));

        Assert.Contains("a quarter of", failure.Message, StringComparison.Ordinal);
    }

    private static PermitBudget Budget(BackupSection section, long available) => PermitBudget.For(section, PermitBudget.BytesFor(section, available));

    private static BackupSection Section(long? memory, int concurrent) =>
        new() { SegmentMaxBytes = 10 * MiB, MaxMemoryBytes = memory, MaxConcurrentPartitions = concurrent };
}
