using Confluent.Kafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Makes librdkafka clients for the source, all set up alike.</summary>
public sealed partial class KafkaClients
{
    /// <summary>How much a consumer may prefetch, in bytes: half of what a permit accounts for beside the segment.</summary>
    private const int PrefetchBytes = (int)(BackupSection.MemoryBesideSegment / 2);

    /// <summary>The client's own limit to what it sends, which it insists must not be above what it fetches. Its default.</summary>
    private const int DefaultMessageMaxBytes = 1_000_000;

    /// <summary>The least that the client takes for such a limit.</summary>
    private const int LeastMessageMaxBytes = 1_000;

    /// <summary>The largest answer of a broker that is taken in any case: the client's default.</summary>
    private const int LeastLargestAnswer = 100_000_000;

    /// <summary>How long a broker may wait with an answer, in ms. An empty one is what tells the end, and keeps the next partition waiting.</summary>
    private const int FetchWait = 5;

    /// <summary>The same for one that needs time for what it sends. Kafka's default.</summary>
    private const int PatientFetchWait = 500;

    private readonly KafkaSection _source;
    private readonly BackupSection _backup;
    private readonly ILogger _logger;
    private readonly SourceFailures _failures;
    private readonly CertificateFiles _files;
    private volatile bool _hadClient;

    /// <summary>Clients for the source of <paramref name="configuration"/>.</summary>
    public KafkaClients(BackupConfiguration configuration, ILogger<KafkaClients> logger)
        : this(configuration.Source, configuration.Backup, logger)
    {
    }

    /// <summary>Clients for a cluster that is not backed up, such as the target of a restore.</summary>
    public KafkaClients(KafkaSection cluster, ILogger<KafkaClients> logger)
        : this(cluster, new BackupSection(), logger)
    {
    }

    private KafkaClients(KafkaSection source, BackupSection backup, ILogger<KafkaClients> logger)
    {
        (_source, _backup, _logger) = (source, backup, logger);
        _failures = new SourceFailures(_source);
        // A large record is here several times for a moment: in the answer, in a batch, in its segment, and compressed.
        LargestAnswer = (int)Math.Clamp(_backup.MemoryOf(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) / 2, LeastLargestAnswer, int.MaxValue);
        _files = new CertificateFiles(_source.Security, TimeProvider.System, _source.Name);
        Login = MskLogin.For(_source);
    }

    /// <summary>The addresses as the user gave them.</summary>
    public string Address => _failures.Address;

    /// <summary>The cluster.</summary>
    internal KafkaSection Cluster => _source;

    /// <summary>Where clients log to.</summary>
    internal ILogger Logger => _logger;

    /// <summary>How large an answer of a broker may be, which Kafka makes as large as the batch in it: half of the memory budget.</summary>
    /// <remarks>Tests set less.</remarks>
    internal int LargestAnswer { get; init; }

    /// <summary>Gives clients their tokens where the cluster is one of MSK. Tests give others.</summary>
    internal MskLogin? Login { get; init; }

    private Action<IClient, string>? RefreshToken => Login is { } login ? (client, _) => login.Refresh(client) : null;

    /// <summary>What is asked for before anything is known of a partition.</summary>
    internal AnswerSize FirstAnswer { get; init; } = AnswerSize.OneBatch;

    /// <summary>How much is asked for at a time at most.</summary>
    internal int FetchMaxBytes => _backup.FetchMaxBytes;

    /// <summary>Of which generation of the certificate files clients are to be, as of the last look at them.</summary>
    internal int FilesGeneration => _files.Generation;

    /// <summary>Looks at the certificate files again: before a client is made, before the admin client is asked, and when something has
    /// failed.</summary>
    /// <returns>Of which generation clients are to be.</returns>
    internal int RefreshFiles()
    {
        var change = _files.Refresh();
        if (change.WasTaken)
        {
            LogFilesTaken(_logger, _source.Name);
        }

        if (change.Objection is { } objection)
        {
            LogFilesUnusable(_logger, _source.Name, objection);
        }

        return _files.Generation;
    }

    /// <summary>The same for the admin client, which is also made anew when what it uses has expired.</summary>
    /// <remarks>Its connection would outlive the certificate by days, and the run would learn of that only from readers, one by one.</remarks>
    internal int RefreshAdminVersion() =>
        (RefreshFiles() * 2) + (_files.ExpiredCertificate is null && _files.ExpiredAuthorities is null ? 0 : 1);

    /// <summary>An admin client.</summary>
    /// <param name="errors">Is told what the client complains about.</param>
    /// <param name="heard">Is told each line of the client's log.</param>
    internal IAdminClient CreateAdmin(ClientErrors errors, Action<LogMessage> heard) => Build(() =>
        new AdminClientBuilder(new AdminClientConfig(Common()) { Debug = ClusterIdLog.DebugContext })
            .SetOAuthBearerTokenRefreshHandler(RefreshToken)
            .SetErrorHandler((_, error) => Note(error, errors))
            .SetLogHandler((_, message) =>
            {
                heard(message);
                Log(message, errors);
            })
            .Build());

    /// <summary>A consumer that is assigned by hand, reads committed records only, and leaves no trace at the brokers.</summary>
    /// <param name="errors">Is told what the client complains about.</param>
    /// <param name="deserializer">Takes keys and values.</param>
    /// <param name="answers">Is told how large answers are.</param>
    /// <param name="size">How much to ask for at a time.</param>
    /// <param name="isPatient">Whether brokers may take their time for an answer.</param>
    internal IConsumer<BatchSlice, BatchSlice> CreateConsumer(
        ClientErrors errors, BatchDeserializer deserializer, FetchAnswers answers, AnswerSize size, bool isPatient) => Build(() =>
        new ConsumerBuilder<BatchSlice, BatchSlice>(
            new ConsumerConfig(Reading(IsolationLevel.ReadCommitted, size)) { Debug = FetchAnswers.DebugContext, FetchWaitMaxMs = isPatient ? PatientFetchWait : FetchWait })
            .SetOAuthBearerTokenRefreshHandler(RefreshToken)
            .SetKeyDeserializer(deserializer)
            .SetValueDeserializer(deserializer)
            .SetErrorHandler((_, error) => Note(error, errors))
            .SetLogHandler((_, message) =>
            {
                if (!answers.Hear(message))
                {
                    Log(message, errors);
                }
            })
            .Build());

    /// <summary>A consumer like <see cref="CreateConsumer"/> that sees the records of open transactions, too, and takes no keys and values.</summary>
    /// <param name="errors">Is told what the client complains about.</param>
    internal IConsumer<Ignore, Ignore> CreateUncommittedReader(ClientErrors errors) => Build(() =>
        new ConsumerBuilder<Ignore, Ignore>(Reading(IsolationLevel.ReadUncommitted, AnswerSize.OneBatch))
            .SetOAuthBearerTokenRefreshHandler(RefreshToken)
            .SetErrorHandler((_, error) => Note(error, errors))
            .SetLogHandler((_, message) => Log(message, errors))
            .Build());

    /// <summary>A failure of kind <see cref="FailureKind.Source"/> from what a client threw and what it had complained about.</summary>
    internal BackupException Failure(string what, Error error, ClientErrors errors, BrokerCertificate? certificate = null, Exception? cause = null)
    {
        RefreshFiles();
        var facts = new CertificateFacts(_files.ExpiredCertificate, _files.ExpiredAuthorities, certificate);
        return _failures.Of(what, error, errors.Worst, facts, cause);
    }

    private ConsumerConfig Reading(IsolationLevel isolation, AnswerSize size) => new(Common())
    {
        GroupId = "kafka-backup-unused", // The client insists on one, and asks for its coordinator; it never joins, and commits nothing.
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        EnablePartitionEof = true,
        AutoOffsetReset = AutoOffsetReset.Error,
        IsolationLevel = isolation,
        ClientRack = _source.ClientRack,
        CheckCrcs = true,
        AllowAutoCreateTopics = false,
        // Of single batches, which may be large, the next is fetched when the one before it is through.
        QueuedMaxMessagesKbytes = size >= AnswerSize.Part ? PrefetchBytes / 1024 : 1,
        MaxPartitionFetchBytes = AnswerSizing.BytesOf(size, _backup.FetchMaxBytes),
        FetchMaxBytes = Math.Max(AnswerSizing.BytesOf(size, _backup.FetchMaxBytes), LeastMessageMaxBytes),
        // Nothing is sent.
        MessageMaxBytes = Math.Clamp(AnswerSizing.BytesOf(size, _backup.FetchMaxBytes), LeastMessageMaxBytes, DefaultMessageMaxBytes),
        // It is the limit, too, to the buffer for a batch of zstd, which grows threefold until the batch fits: to be sure of a size takes three times that.
        ReceiveMessageMaxBytes = (int)Math.Min(LargestAnswer * (size == AnswerSize.OneLargeBatch ? 3L : 1), int.MaxValue),
        FetchWaitMaxMs = FetchWait,
        FetchQueueBackoffMs = 2, // The default of a second stalls the reader whenever its queue was full.
    };

    private ClientConfig Common()
    {
        var config = new ClientConfig
        {
            BootstrapServers = Address,
            ClientId = "kafka-backup",
            SocketKeepaliveEnable = _source.Connection.TcpKeepalive,
            SocketNagleDisable = _source.Connection.TcpNoDelay,
            SocketConnectionSetupTimeoutMs = 10_000, // The default of 30 s is half of what a silent partition is given.
            ReconnectBackoffMaxMs = 2_000,
            SocketTimeoutMs = 30_000, // A leader that falls silent closes no connection: only a request without an answer shows that the lead has moved.
            TopicMetadataRefreshIntervalMs = 10_000,
            EnableMetricsPush = false,
        };
        ClientSecurity.Apply(config, _source.Security);
        return config;
    }

    /// <exception cref="BackupException">librdkafka does not take a file that <see cref="PemFiles"/> had no objection to, or finds the files
    /// while they are replaced.</exception>
    private T Build<T>(Func<T> build)
        where T : IClient
    {
        try
        {
            var client = build();
            Begin(client);
            _hadClient = true;
            return client;
        }
        catch (Exception e) when (IsOfSettings(e) && _hadClient && _files.AreNamed)
        {
            // The files were good when the run began: at the next try they may be so again.
            throw new BackupException(
                FailureKind.Source,
                $"No further Kafka client can be set up as {_source.Name}.security says: {e.Message.TrimEnd('.')}. Put its files in order.",
                e)
            {
                IsRetryable = true,
                EndsRun = true,
            };
        }
        catch (Exception e) when (IsOfSettings(e))
        {
            throw new BackupException(FailureKind.Configuration, $"The Kafka client cannot be set up as {_source.Name}.security says: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private void Begin(IClient client)
    {
        try
        {
            Login?.Begin(client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>What librdkafka throws of its settings, and the system of a file with a name or a password.</summary>
    private static bool IsOfSettings(Exception failure) => failure is InvalidOperationException or IOException or UnauthorizedAccessException;

    private void Note(Error error, ClientErrors errors)
    {
        errors.Note(error);
        LogProblem(_logger, error.Code, error.Reason);
    }

    private void Log(LogMessage message, ClientErrors errors)
    {
        errors.Note(message);
        LogClientMessage(_logger, message.Facility, message.Message);
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Files that {Section}.security names have changed: new connections to Kafka use them")]
    private static partial void LogFilesTaken(ILogger logger, string section);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Files that {Section}.security names have changed and cannot be used: {Objection} Clients that exist go on with what they have read")]
    private static partial void LogFilesUnusable(ILogger logger, string section, string objection);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Kafka client: {Code}: {Reason}")]
    private static partial void LogProblem(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "librdkafka {Facility}: {Text}")]
    private static partial void LogClientMessage(ILogger logger, string facility, string text);
}
