using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

public sealed class RestorePaceTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Without_a_limit_nothing_waits()
    {
        var pace = new RestorePace(new RestoreSection(), _clock);

        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.True(pace.TakeAsync(1_000_000, CancellationToken.None).IsCompleted));
    }

    [Theory]
    [InlineData(10, null, 100, 40)] // So many records.
    [InlineData(null, 1_000, 100, 40)] // So many bytes.
    [InlineData(10, 400, 100, 16)] // Whichever is less.
    public async Task So_much_is_sent_in_a_time_and_no_more(int? records, int? bytes, long size, int sent)
    {
        var pace = new RestorePace(new RestoreSection { MaxRecordsPerSecond = records, MaxBytesPerSecond = bytes }, _clock);
        var taken = Enumerable.Range(0, 100).Select(_ => pace.TakeAsync(size, CancellationToken.None).AsTask()).ToList();

        _clock.Advance(TimeSpan.FromSeconds(3.95));

        await Task.WhenAll(taken[..sent]); // The first one does not wait.
        Assert.DoesNotContain(taken[sent..], task => task.IsCompleted);
    }

    [Fact]
    public async Task A_wait_that_ends_late_costs_nothing_of_the_rate()
    {
        var pace = new RestorePace(new RestoreSection { MaxRecordsPerSecond = 10 }, _clock);
        await pace.TakeAsync(1, CancellationToken.None);
        var late = pace.TakeAsync(1, CancellationToken.None).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(220)); // 100 would have been enough.
        await late;

        Assert.True(pace.TakeAsync(1, CancellationToken.None).IsCompleted);
        Assert.False(pace.TakeAsync(1, CancellationToken.None).IsCompleted);
    }

    [Fact]
    public void What_was_not_used_is_not_made_up_for()
    {
        var pace = new RestorePace(new RestoreSection { MaxRecordsPerSecond = 10 }, _clock);
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.True(pace.TakeAsync(1, CancellationToken.None).IsCompleted);
        Assert.False(pace.TakeAsync(1, CancellationToken.None).IsCompleted);
    }
}
