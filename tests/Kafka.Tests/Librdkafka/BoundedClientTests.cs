using KafkaBackup.Kafka.Librdkafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class BoundedClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly List<Client> _made = [];
    private int _version;

    [Fact]
    public async Task A_client_that_does_not_come_back_is_replaced_and_not_torn_down()
    {
        using var clients = NewClient();
        var (lost, call) = Hang(clients);
        await call.Begun;

        _clock.Advance(Limit);

        await Assert.ThrowsAsync<TimeoutException>(() => lost);
        Assert.Equal(2, await clients.CallAsync(client => Task.FromResult(client.Number), Limit, CancellationToken.None));
        Assert.False(_made[0].Ended.IsCompleted);
    }

    [Fact]
    public async Task A_client_that_was_given_up_ends_when_its_last_call_has_come_back()
    {
        using var clients = NewClient();
        var (lost, call) = Hang(clients);
        await call.Begun;
        _clock.Advance(Limit);
        await Assert.ThrowsAsync<TimeoutException>(() => lost);

        call.Answer.SetResult(1);

        await _made[0].Ended;
    }

    [Fact]
    public async Task Whoever_ends_it_under_a_call_leaves_the_client_to_that()
    {
        var clients = NewClient();
        var (answer, call) = Hang(clients);
        await call.Begun;

        clients.Dispose();
        Assert.False(_made[0].Ended.IsCompleted);
        call.Answer.SetResult(7);

        Assert.Equal(7, await answer);
        await _made[0].Ended;
    }

    [Fact]
    public async Task A_client_without_a_call_under_way_ends_at_once()
    {
        var clients = NewClient();
        await clients.CallAsync(client => Task.FromResult(client.Number), Limit, CancellationToken.None);

        clients.Dispose();

        await _made[0].Ended;
    }

    [Fact]
    public async Task A_caller_that_gives_up_waits_no_longer()
    {
        using var clients = NewClient();
        using var cancellation = new CancellationTokenSource();
        var call = new Call();
        var answer = clients.CallAsync(call.RunAsync, Limit, cancellation.Token);
        await call.Begun;

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        call.Answer.SetResult(1);
    }

    [Fact]
    public async Task What_clients_are_made_of_has_changed_so_the_next_call_is_made_with_a_new_one()
    {
        using var clients = NewClient();
        await clients.CallAsync(client => Task.FromResult(client.Number), Limit, CancellationToken.None);

        _version++;

        Assert.Equal(2, await clients.CallAsync(client => Task.FromResult(client.Number), Limit, CancellationToken.None));
        Assert.Equal(2, await clients.CallAsync(client => Task.FromResult(client.Number), Limit, CancellationToken.None));
        await _made[0].Ended;
        Assert.False(_made[1].Ended.IsCompleted);
    }

    [Fact]
    public async Task A_client_of_old_make_ends_when_its_call_that_is_under_way_has_come_back()
    {
        using var clients = NewClient();
        var (answer, call) = Hang(clients);
        await call.Begun;

        _version++;
        Assert.Equal(2, await clients.CallAsync(client => Task.FromResult(client.Number), Limit, CancellationToken.None));
        Assert.False(_made[0].Ended.IsCompleted);
        call.Answer.SetResult(7);

        Assert.Equal(7, await answer);
        await _made[0].Ended;
    }

    [Fact]
    public void Without_a_call_no_client_is_made()
    {
        NewClient().Dispose();

        Assert.Empty(_made);
    }

    private static (Task<int> Answer, Call Call) Hang(BoundedClient<Client> clients)
    {
        var call = new Call();
        return (clients.CallAsync(call.RunAsync, Limit, CancellationToken.None), call);
    }

    private BoundedClient<Client> NewClient() => new(
        () =>
        {
            _made.Add(new Client(_made.Count + 1));
            return _made[^1];
        },
        _clock,
        () => _version);

    private sealed class Call
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<int> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public Task<int> RunAsync(Client client)
        {
            _begun.SetResult();
            return Answer.Task;
        }
    }

    private sealed class Client(int number) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Number { get; } = number;

        public Task Ended => _ended.Task;

        public void Dispose() => _ended.SetResult();
    }
}
