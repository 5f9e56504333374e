using KafkaBackup.PartitionWorkers.Node;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Node;

public sealed class JournalHealthTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _warnings = [];

    [Fact]
    public void A_file_that_failed_is_not_used_again_and_is_told_once()
    {
        var journal = new JournalHealth(_warnings.Add, _clock);

        journal.Failed("read", new IOException("it is damaged."));
        _clock.Advance(TimeSpan.FromDays(1));
        journal.Failed("written", new IOException("it is full"));

        Assert.False(journal.IsUsable);
        Assert.Equal("the workers' journal could not be read (it is damaged)", journal.Problem);
        Assert.StartsWith(
            "The workers' journal could not be read (it is damaged). It is set aside and the run goes on without it", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_failed_is_tried_again_and_told_again_when_that_fails_too()
    {
        var journal = new JournalHealth(_warnings.Add, _clock, TimeSpan.FromMinutes(1));
        Assert.Null(journal.Problem);

        journal.Failed("written", new IOException("no connection"));
        _clock.Advance(TimeSpan.FromSeconds(59));
        journal.Failed("written", new IOException("no connection"));
        Assert.False(journal.IsUsable);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(journal.IsUsable);
        Assert.Null(journal.Problem);
        Assert.EndsWith("It is tried again after 60 s, and work goes on without it: nothing is lost, but what is uploaded and not committed when a node ends is read again.",
            Assert.Single(_warnings), StringComparison.Ordinal);
        journal.Failed("read", new IOException("no connection"));
        Assert.False(journal.IsUsable);
        Assert.Equal(2, _warnings.Count);
    }
}
