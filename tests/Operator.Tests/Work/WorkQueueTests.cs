using KafkaBackup.Operator.Work;
using KafkaBackup.Testing;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Operator.Tests.Work;

public sealed class WorkQueueTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Exception> _failures = [];
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task A_key_that_is_added_while_it_is_worked_on_is_worked_on_once_more()
    {
        var (began, free) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var queue = Run(async (_, cancellation) =>
        {
            began.Release();
            await free.WaitAsync(cancellation);
            return null;
        });

        queue.Add("a");
        await WaitAsync(began);
        queue.Add("a");
        queue.Add("a");
        free.Release(3);
        await WaitAsync(began);
        queue.Add("b");
        await WaitAsync(began);

        Assert.Equal(0, began.CurrentCount); // Twice, not three times.
    }

    [Fact]
    public async Task One_key_does_not_wait_for_another()
    {
        var (began, never) = (new SemaphoreSlim(0), new TaskCompletionSource<TimeSpan?>());
        var queue = Run((key, cancellation) =>
        {
            began.Release();
            return key == "slow" ? never.Task.WaitAsync(cancellation) : Task.FromResult<TimeSpan?>(null);
        });

        queue.Add("slow");
        await WaitAsync(began);
        queue.Add("fast");

        await WaitAsync(began);
    }

    [Fact]
    public async Task What_failed_is_tried_again_after_longer_and_longer_pauses()
    {
        var began = new SemaphoreSlim(0);
        var queue = Run((_, _) =>
        {
            began.Release();
            throw new InvalidOperationException("No.");
        });

        queue.Add("a");
        await WaitAsync(began);
        foreach (var seconds in (int[])[1, 2, 4, 8])
        {
            await AdvanceUntilAsync(began, TimeSpan.FromSeconds(seconds * 0.75));
        }

        Assert.Equal(5, _failures.Count);
    }

    [Fact]
    public async Task What_is_to_be_looked_at_again_is_looked_at_again()
    {
        var began = new SemaphoreSlim(0);
        var queue = Run((_, _) =>
        {
            began.Release();
            return Task.FromResult<TimeSpan?>(TimeSpan.FromSeconds(10));
        });

        queue.Add("a");
        await WaitAsync(began);

        await AdvanceUntilAsync(began, TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private WorkQueue<string> Run(Func<string, CancellationToken, Task<TimeSpan?>> work)
    {
        var queue = new WorkQueue<string>(work, (_, failure) => _failures.Add(failure), _clock, new Random(1));
        _running = Task.Run(() => queue.RunAsync(_stop.Token));
        return queue;
    }

    private static async Task WaitAsync(SemaphoreSlim signal) => Assert.True(await signal.WaitAsync(TestLimits.Hang));

    /// <summary>It comes, and not before a time. When its timer is set is not known here, so the clock goes on in small steps.</summary>
    private async Task AdvanceUntilAsync(SemaphoreSlim signal, TimeSpan least)
    {
        var (began, step) = (_clock.GetUtcNow(), least / 20);
        while (!await signal.WaitAsync(TimeSpan.FromMilliseconds(2)))
        {
            _clock.Advance(step);
            Assert.True(_clock.GetUtcNow() - began < TimeSpan.FromHours(10), "It never comes.");
        }

        Assert.True(_clock.GetUtcNow() - began >= least - step, $"It came after {_clock.GetUtcNow() - began}, and not after {least}.");
    }
}
