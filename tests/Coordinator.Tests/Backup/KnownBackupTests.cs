using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Backup;

public sealed class KnownBackupTests
{
    private readonly KnownBackup _known = new(LedgerOutline.Empty);

    [Theory]
    [InlineData(null, "[0, 10) [20, 30)")]
    [InlineData(25L, "[0, 10) [20, 25)")]
    [InlineData(20L, "[0, 10)")]
    [InlineData(4L, "[0, 4)")]
    public void What_a_visit_reached_is_covered_and_no_more(long? reached, string expected)
    {
        var known = _known.Cover(Ledgers.Orders(), [new OffsetRange(0, 10), new OffsetRange(20, 30)], reached);

        Assert.Equal(expected, string.Join(' ', known.CoverageOf(Ledgers.Orders()).Ranges));
    }

    [Fact]
    public void What_is_covered_already_does_no_harm()
    {
        var known = _known.Cover(Ledgers.Orders(), [new OffsetRange(0, 10)], reached: null)
            .Cover(Ledgers.Orders(), [new OffsetRange(5, 15)], reached: null);

        Assert.Equal(15, known.CoverageOf(Ledgers.Orders()).Position);
    }
}
