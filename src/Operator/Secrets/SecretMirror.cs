using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Operator.Secrets;

/// <summary>Keeps the Secrets that definitions name as files of this node, and up to date: whoever reads them reads them anew when they change.</summary>
/// <remarks>The folder should be one in memory. A Secret is read when a definition first names it, then every <see cref="Interval"/>; while the API server is away, or a
/// Secret is gone, what was read last stays, so that backups go on.</remarks>
public sealed partial class SecretMirror : IDisposable
{
    /// <summary>How long the first reading of a Secret is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly Lazy<KubernetesApi> _api;
    private readonly ILogger<SecretMirror> _logger;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<ObjectKey, HashSet<string>> _known = [];
    private readonly HashSet<ObjectKey> _told = [];

    /// <summary>Files in a folder.</summary>
    /// <param name="folder">The folder; made when the first one is written.</param>
    /// <param name="connect">Makes a client for the API server.</param>
    /// <param name="logger">Takes what is to be read.</param>
    /// <param name="clock">The time.</param>
    public SecretMirror(string folder, Func<KubernetesApi> connect, ILogger<SecretMirror> logger, TimeProvider clock)
    {
        (_folder, _api, _logger) = (folder, new Lazy<KubernetesApi>(connect), logger);
        _timer = clock.CreateTimer(_ => _ = RefreshAsync(CancellationToken.None), null, Interval, Interval);
    }

    /// <summary>How often Secrets are read.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Sees to it that what a definition names is there. Blocks for 10 s at most, and only if it names something for the first time.</summary>
    /// <exception cref="BackupException">It is not, or cannot be read.</exception>
    public void Provide(string definition)
    {
        var wanted = SecretPath.In(definition);
        if (wanted.Count == 0)
        {
            return;
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            // Whoever asks is no task, and cannot go on without it; it is asked for once in a node's life.
            Task.Run(() => ProvideAsync(wanted, patience.Token), patience.Token).GetAwaiter().GetResult();
        }
        catch (KubernetesException e)
        {
            throw Missing($"{e.Message} Secrets that were read before are still used.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing($"The Secrets {string.Join(", ", wanted)} cannot be kept in '{_folder}': {e.Message.TrimEnd('.')}. See that it may be written, and has room.", e);
        }
        catch (OperationCanceledException e)
        {
            throw Missing($"The Kubernetes API server did not give the Secrets {string.Join(", ", wanted)} within {Patience.TotalSeconds:0} s.", e);
        }
    }

    /// <summary>Reads all Secrets anew that a definition has named.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        if (!await _gate.WaitAsync(TimeSpan.Zero, cancellation))
        {
            return; // Somebody is at it.
        }

        try
        {
            foreach (var (secret, keys) in _known.ToList())
            {
                try
                {
                    await ReadAsync(secret, keys, cancellation);
                    _told.Remove(secret);
                }
                catch (Exception e) when (e is KubernetesException or BackupException or IOException or UnauthorizedAccessException)
                {
                    if (_told.Add(secret))
                    {
                        LogStale(_logger, secret.ToString(), e.Message);
                    }
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _timer.Dispose();
        if (_api.IsValueCreated)
        {
            _api.Value.Dispose();
        }
    }

    private async Task ProvideAsync(IReadOnlySet<SecretKey> wanted, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            foreach (var secret in wanted.GroupBy(key => new ObjectKey(key.Namespace, key.Name), key => key.Key))
            {
                var keys = _known.GetValueOrDefault(secret.Key) ?? [];
                if (!secret.All(key => keys.Contains(key) && File.Exists(PathOf(secret.Key, key))))
                {
                    HashSet<string> all = [.. keys, .. secret];
                    await ReadAsync(secret.Key, all, cancellation);
                    _known[secret.Key] = all;
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ReadAsync(ObjectKey secret, IEnumerable<string> keys, CancellationToken cancellation)
    {
        var found = await _api.Value.GetAsync(ResourceKind.Secret.PathOf(secret), cancellation)
            ?? throw Missing($"There is no Secret {secret}. Make it, or name another one.", null);
        var data = found["data"] as JsonObject ?? [];
        string? missing = null;
        foreach (var key in keys)
        {
            if ((string?)data[key] is { } value)
            {
                Write(PathOf(secret, key), Convert.FromBase64String(value));
            }
            else
            {
                missing ??= key; // The others go on.
            }
        }

        if (missing is not null)
        {
            throw Missing($"The Secret {secret} has no key '{missing}'; it has {(data.Count == 0 ? "none" : string.Join(", ", data.Select(item => item.Key)))}.", null);
        }
    }

    private static void Write(string path, byte[] content)
    {
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Guid.NewGuid():N}"); // No key begins so.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
        }

        AtomicFile.Replace(temporary, path);
    }

    private string PathOf(ObjectKey secret, string key) => Path.Combine(_folder, secret.Namespace, secret.Name, key);

    private static BackupException Missing(string message, Exception? cause) => new(FailureKind.Configuration, message, cause) { IsRetryable = true };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The Secret {Secret} cannot be read anew; what was read of it before is still used: {Problem}")]
    private static partial void LogStale(ILogger logger, string secret, string problem);
}
