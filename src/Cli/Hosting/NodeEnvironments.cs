using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Operator.Secrets;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Cli.Hosting;

/// <summary>The environments of all runs that this node works for. Variables and files of a definition are this node's own.</summary>
/// <remarks>Each run has its own clients and its own patience; those of the runs before it end a while later, when nobody uses them any more.</remarks>
internal sealed class NodeEnvironments(long memoryBytes, string nodeName, SecretMirror? secrets, ILoggerFactory loggers, StoreLog log, TimeProvider clock) : IBackupEnvironments, IDisposable
{
    /// <summary>How long the clients of a run outlive the beginning of the next one.</summary>
    private static readonly TimeSpan Afterlife = TimeSpan.FromMinutes(10);

    /// <summary>After how long a store that does not answer is told of.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(BackupId Backup, RunId Run), BackupEnvironment> _environments = [];
    private readonly Dictionary<(BackupId Backup, RunId Run), ITimer> _endings = [];

    public BackupEnvironment For(BackupId backup, RunId run)
    {
        lock (_gate)
        {
            return _environments.TryGetValue((backup, run), out var environment)
                ? environment
                : throw new BackupException(FailureKind.Internal, $"{nodeName} was not prepared for run {run} of backup '{backup}'.");
        }
    }

    public Fault? Prepare(BackupId backup, RunId run, string? definition)
    {
        try
        {
            // Before the gate: it may have to wait for the API server, and what runs does not wait for it.
            secrets?.Provide(definition ?? "");
        }
        catch (BackupException e)
        {
            return new Fault(e.Kind, $"{nodeName} cannot serve backup '{backup}': {e.Message}", e.IsRetryable);
        }

        lock (_gate)
        {
            if (_environments.ContainsKey((backup, run)))
            {
                return null;
            }

            try
            {
                var made = Make(backup, definition ?? throw new BackupException(FailureKind.Internal, "an order came without a definition."));
                foreach (var (key, before) in _environments.Where(item => item.Key.Backup == backup && !_endings.ContainsKey(item.Key)))
                {
                    EndLater(key, before);
                }

                _environments.Add((backup, run), made);
                return null;
            }
            catch (ConfigurationException e)
            {
                var problems = string.Join("; ", e.Problems.Select(problem => problem.ToString()));
                return new Fault(FailureKind.Configuration, $"{nodeName} cannot serve backup '{backup}': {problems}.", IsRetryable: false);
            }
            catch (BackupException e)
            {
                return new Fault(e.Kind, $"{nodeName} cannot serve backup '{backup}': {e.Message}", e.IsRetryable);
            }
        }
    }

    /// <summary>Which stores of the backups in work have not answered for a while, a line for each; null when all have.</summary>
    public string? WhyAway()
    {
        lock (_gate)
        {
            var away = _environments.Where(item => item.Value.Patience.WaitingFor >= Silence)
                .Select(item => $"the store {item.Value.Store.Name} of backup '{item.Key.Backup}' has not answered for {item.Value.Patience.WaitingFor.TotalSeconds:0} s")
                .ToList();
            return away.Count == 0 ? null : string.Join('\n', away);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var timer in _endings.Values)
            {
                timer.Dispose();
            }

            foreach (var environment in _environments.Values)
            {
                End(environment);
            }

            _environments.Clear();
        }
    }

    private BackupEnvironment Make(BackupId backup, string definition)
    {
        var name = $"definition of {backup}";
        var configuration = ConfigurationLoader.Parse(definition, name, Environment.GetEnvironmentVariable);
        if (configuration.BackupId != backup)
        {
            throw new BackupException(FailureKind.Configuration, $"its definition is of backup '{configuration.BackupId}' here. backup_id must not differ between nodes.");
        }

        PemFiles.Check(name, configuration.Source);
        SecretFiles.Check(name, configuration.Storage);
        _ = PermitBudget.For(configuration.Backup, memoryBytes);
        return ConfiguredEnvironment.Environment(configuration, new KafkaClients(configuration, loggers.CreateLogger<KafkaClients>()), log, clock);
    }

    private void EndLater((BackupId, RunId) key, BackupEnvironment environment)
    {
        _endings.Add(key, clock.CreateTimer(
            _ =>
            {
                lock (_gate)
                {
                    if (!_environments.Remove(key) || !_endings.Remove(key, out var timer))
                    {
                        return; // The node stops, which has ended it.
                    }

                    timer.Dispose();
                }

                End(environment);
            },
            null, Afterlife, Timeout.InfiniteTimeSpan));
    }

    private static void End(BackupEnvironment environment)
    {
        environment.Source.Dispose();
        environment.Catalog.Dispose();
        (environment.Store as IDisposable)?.Dispose();
    }
}
