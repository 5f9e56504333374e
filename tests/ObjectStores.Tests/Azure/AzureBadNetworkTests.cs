using KafkaBackup.Shared.Storage;
using KafkaBackup.ObjectStores.Azure;
using KafkaBackup.ObjectStores.Remote;
using KafkaBackup.ObjectStores.Tests.Remote;
using Xunit;

namespace KafkaBackup.ObjectStores.Tests.Azure;

/// <summary>A real server behind a network that breaks.</summary>
public sealed class AzureBadNetworkTests : IAsyncLifetime
{
    private static readonly string TwoMegabytes = new('x', 2_000_000);
    private readonly AzureTestContainer _container = new();
    private readonly Toxiproxy _proxy = new();
    private AzureObjectStore? _direct;
    private Uri? _endpoint;

    public async Task InitializeAsync()
    {
        _endpoint = await _proxy.StartAsync((await _container.MadeAsync()).Endpoint);
        _direct = _container.Open();
    }

    public async Task DisposeAsync()
    {
        await _container.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_conditional_write_whose_answer_is_lost_has_happened_and_is_no_conflict()
    {
        Skip.If(_endpoint!.Scheme == Uri.UriSchemeHttps, "With TLS not even the request would come through.");
        await _proxy.AddAsync("limit_data", "downstream", new { bytes = 1 });

        var failed = await Assert.ThrowsAsync<StorageException>(() => Broken().PutAsync("b/head", "mine", PutCondition.CreateOnly));

        Assert.True(failed.IsRetryable);
        Assert.Equal("mine", await _direct!.TextAsync("b/head"));
        await _proxy.RemoveAsync("limit_data", "downstream");
        await Assert.ThrowsAsync<StorageConflictException>(() => Broken().PutAsync("b/head", "mine", PutCondition.CreateOnly));
    }

    [SkippableFact]
    public async Task A_large_write_that_breaks_off_has_not_happened()
    {
        await _proxy.AddAsync("limit_data", "upstream", new { bytes = 1_000_000 });

        foreach (var tuning in (RemoteTuning[])[FakeServer.Quick, FakeServer.Quick with { MultipartThreshold = 1_000_000, MaxTries = 2 }])
        {
            var failed = await Assert.ThrowsAsync<StorageException>(() => Broken(tuning).PutAsync("b/x", TwoMegabytes, PutCondition.CreateOnly));

            Assert.True(failed.IsRetryable);
            Assert.Null(await _direct!.TextAsync("b/x"));
        }
    }

    [SkippableFact]
    public async Task A_read_that_breaks_off_is_gone_on_with_and_gives_no_half_content()
    {
        await _direct!.PutAsync("b/x", TwoMegabytes);
        await _proxy.AddAsync("limit_data", "downstream", new { bytes = 1_000_000 });

        Assert.Equal(TwoMegabytes, await Broken().TextAsync("b/x"));
        await _proxy.RemoveAsync("limit_data", "downstream");
        await _proxy.AddAsync("limit_data", "downstream", new { bytes = 100_000 });
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => Broken().GetAsync("b/x"))).IsRetryable);
        await using var stream = (await Broken().OpenReadAsync("b/x", CancellationToken.None))!;
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => stream.CopyToAsync(Stream.Null))).IsRetryable);
    }

    [SkippableFact]
    public async Task A_black_hole_ends_every_call_in_time()
    {
        await _proxy.AddAsync("timeout", "downstream", new { timeout = 0 });
        var store = Broken(FakeServer.Quick with { Inactivity = TimeSpan.FromMilliseconds(100), AnswerTimeout = TimeSpan.FromMilliseconds(100), MaxTries = 2 });

        foreach (var call in (Func<Task>[])[() => store.GetAsync("b/x"), () => store.KeysAsync(""), () => store.PutAsync("b/x", "x", PutCondition.CreateOnly)])
        {
            Assert.True((await Assert.ThrowsAsync<StorageException>(call)).IsRetryable);
        }
    }

    [SkippableFact]
    public async Task A_kept_connection_that_was_reset_costs_a_try_and_no_more()
    {
        var store = Broken();
        await store.PutAsync("b/x", "before");
        await _proxy.AddAsync("reset_peer", "downstream", new { timeout = 0 });
        Assert.True((await Assert.ThrowsAsync<StorageException>(() => store.GetAsync("b/x"))).IsRetryable);

        await _proxy.RemoveAsync("reset_peer", "downstream");

        Assert.Equal("before", await store.TextAsync("b/x"));
    }

    private AzureObjectStore Broken(RemoteTuning? tuning = null) => _container.Open(_endpoint, tuning ?? FakeServer.Quick);
}
