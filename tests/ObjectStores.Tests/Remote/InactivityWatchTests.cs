using KafkaBackup.ObjectStores.Remote;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Remote;

public sealed class InactivityWatchTests : IDisposable
{
    private static readonly TimeSpan Almost = TimeSpan.FromSeconds(9);
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _caller = new();
    private readonly InactivityWatch _watch;

    public InactivityWatchTests() => _watch = new InactivityWatch(TimeSpan.FromSeconds(10), _clock, _caller.Token);

    public void Dispose()
    {
        _watch.Dispose();
        _caller.Dispose();
    }

    [Fact]
    public void A_request_that_moves_now_and_then_may_take_for_ever()
    {
        for (var i = 0; i < 10; i++)
        {
            _clock.Advance(Almost);
            Assert.False(_watch.Token.IsCancellationRequested);
            _watch.Progress();
        }
    }

    [Fact]
    public void A_request_that_stands_still_is_ended()
    {
        _clock.Advance(Almost);
        _watch.Progress();
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.True(_watch.Token.IsCancellationRequested);
        Assert.True(_watch.HasRunOut);
    }

    [Fact]
    public void A_caller_that_gives_up_is_told_apart()
    {
        _caller.Cancel();

        Assert.True(_watch.Token.IsCancellationRequested);
        Assert.False(_watch.HasRunOut);
    }
}
