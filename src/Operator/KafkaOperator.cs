using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Jobs;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Restores;
using KafkaBackup.Operator.Work;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Operator;

/// <summary>The operator: sees to it that the cluster of nodes does what custom resources ask for, and that these tell how it goes.</summary>
/// <remarks>It holds no truth: what is wanted is in the API server, what is done in the cluster's catalogue. It may die at any time, and two of them do no harm.</remarks>
public sealed class KafkaOperator
{
    private static readonly TimeSpan RightsPause = TimeSpan.FromSeconds(15);

    /// <summary>What it does at the API server.</summary>
    internal static IReadOnlyList<AccessRule> Rules { get; } =
    [
        .. ((string[])["kafkabackups", "kafkabackupruns", "kafkabackupvalidations", "kafkaoffsetresets", "kafkaoffsetrollbacks", "kafkarestores"]).SelectMany(RulesOf),
        new("create", "", "events"),
    ];

    private readonly KubernetesApi _api;
    private readonly OperatorSettings _settings;
    private readonly OperatorLog _log;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly IReadOnlyList<(ResourceKind Kind, WorkQueue<ObjectKey> Queue)> _kinds;
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private volatile bool _isReady;

    /// <summary>An operator.</summary>
    /// <param name="api">The API server.</param>
    /// <param name="backups">The cluster of nodes, as far as it backs up.</param>
    /// <param name="restores">The cluster of nodes, as far as it restores.</param>
    /// <param name="operations">The cluster of nodes, as far as it does all else.</param>
    /// <param name="settings">What it looks after.</param>
    /// <param name="loggers">Take what is to be read.</param>
    /// <param name="clock">The time.</param>
    /// <param name="random">Spreads the tries of several.</param>
    public KafkaOperator(
        KubernetesApi api, IBackupRunner backups, IRestoreCluster restores, IOperationCluster operations, OperatorSettings settings, ILoggerFactory loggers, TimeProvider clock,
        Random random)
    {
        (_api, _settings, _clock, _random) = (api, settings, clock, random);
        _log = new OperatorLog(loggers.CreateLogger<OperatorLog>());
        var events = new EventRecorder(api, clock);
        _kinds =
        [
            QueueOf(ResourceKind.KafkaBackup, new BackupReconciler(api, backups, new StoredDeletion(operations, events, clock), events, clock).ReconcileAsync),
            QueueOf(ResourceKind.KafkaBackupRun, new BackupRunReconciler(api, backups, events, clock).ReconcileAsync),
            QueueOf(ResourceKind.KafkaRestore, new RestoreReconciler(api, restores, events, clock).ReconcileAsync),
            QueueOf(ResourceKind.KafkaOffsetReset, new OffsetResetReconciler(api, operations, events, clock).ReconcileAsync),
            QueueOf(ResourceKind.KafkaOffsetRollback, new OffsetRollbackReconciler(api, operations, events, clock).ReconcileAsync),
            QueueOf(ResourceKind.KafkaBackupValidation, new ValidationReconciler(api, operations, events, clock).ReconcileAsync),
        ];
    }

    /// <summary>Why it does not work; null: it does.</summary>
    public string? WhyNotReady()
    {
        lock (_gate)
        {
            return _problems.Count > 0 ? string.Join('\n', _problems.Values) : _isReady ? null : "The operator has not begun yet.";
        }
    }

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var spaces = _settings.Namespaces.Count == 0 ? [null] : _settings.Namespaces.Cast<string?>().ToList();
        await WaitForRightsAsync(spaces, cancellation);
        _isReady = true;
        _log.Started(_settings.Namespaces.Count == 0 ? "all namespaces" : string.Join(", ", _settings.Namespaces), _api.Address);
        var watches =
            from kind in _kinds
            from space in spaces
            let path = kind.Kind.ListPath(space)
            select new ObjectWatch(_api, path, found => OnChanged(kind.Queue, found), problem => Tell(path, problem), _clock, _random).RunAsync(cancellation);
        await await Task.WhenAny([.. _kinds.Select(kind => kind.Queue.RunAsync(cancellation)), .. watches]); // None ends by itself.
    }

    private static IReadOnlyList<AccessRule> RulesOf(string plural) =>
    [
        new("get", ResourceKind.OurGroup, plural),
        new("list", ResourceKind.OurGroup, plural),
        new("watch", ResourceKind.OurGroup, plural),
        new("patch", ResourceKind.OurGroup, plural),
        new("patch", ResourceKind.OurGroup, $"{plural}/status"),
    ];

    private (ResourceKind Kind, WorkQueue<ObjectKey> Queue) QueueOf(ResourceKind kind, Func<ObjectKey, CancellationToken, Task<TimeSpan?>> reconcile) =>
        (kind, new WorkQueue<ObjectKey>(reconcile, (key, failure) => OnFailed(kind, key, failure), _clock, _random));

    private async Task WaitForRightsAsync(IReadOnlyList<string?> spaces, CancellationToken cancellation)
    {
        const string Key = "rights";
        var told = "";
        while (true)
        {
            try
            {
                var missing = new List<string>();
                foreach (var space in spaces)
                {
                    var rules = await AccessReview.FindMissingAsync(_api, [.. Rules, .. _settings.Jobs is null ? [] : JobRunner.Rules], space, cancellation);
                    missing.AddRange(rules.Select(rule => space is null ? rule.ToString() : $"{rule} in {space}"));
                }

                if (missing.Count == 0)
                {
                    Tell(Key, null);
                    return;
                }

                var rights = string.Join(", ", missing);
                if (rights != told)
                {
                    _log.LacksRights(rights);
                    told = rights;
                }

                lock (_gate)
                {
                    _problems[Key] = $"The operator lacks rights: {rights}.";
                }
            }
            catch (KubernetesException e)
            {
                Tell(Key, e.Message);
            }

            await Task.Delay(RightsPause, _clock, cancellation);
        }
    }

    private static void OnChanged(WorkQueue<ObjectKey> queue, JsonObject found)
    {
        if (found["metadata"] is JsonObject about && (string?)about["name"] is { } name && (string?)about["namespace"] is { } space)
        {
            queue.Add(new ObjectKey(space, name));
        }
    }

    private void OnFailed(ResourceKind kind, ObjectKey key, Exception failure)
    {
        if (failure is KubernetesException { IsConflict: true })
        {
            return; // The object changed meanwhile, and is looked at again.
        }

        _log.Failed(kind.Kind, key.ToString(),
            failure is KubernetesException or BackupException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}");
    }

    /// <summary>Notes what is wrong with a part, and tells it once.</summary>
    private void Tell(string part, string? problem)
    {
        lock (_gate)
        {
            var had = _problems.Remove(part);
            if (problem is null)
            {
                if (had && _problems.Count == 0)
                {
                    _log.ServerBack();
                }

                return;
            }

            _problems[part] = problem;
            if (!had)
            {
                _log.ServerAway(problem);
            }
        }
    }
}
