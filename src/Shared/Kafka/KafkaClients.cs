using Confluent.Kafka;
using KafkaBackup.Shared.Configuration;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Shared.Kafka;

/// <summary>Makes librdkafka clients for the source, all set up alike, and keeps the last thing each complained about.</summary>
/// <remarks>librdkafka tells the reason of a failed connection only to its error handler; the call that waits for an answer just times out.
/// So a failure's sentence is put together from both.</remarks>
public sealed partial class KafkaClients
{
    /// <summary>How much a consumer may prefetch, in bytes: half of what a permit accounts for beside the segment.</summary>
    private const int PrefetchBytes = (int)(BackupSection.MemoryBesideSegment / 2);

    private readonly SourceSection _source;
    private readonly ILogger _logger;
    private volatile string? _lastProblem;

    /// <summary>Clients for <paramref name="source"/>.</summary>
    public KafkaClients(SourceSection source, ILogger<KafkaClients> logger)
    {
        _source = source;
        _logger = logger;
    }

    /// <summary>The addresses as the user gave them.</summary>
    public string Address => string.Join(',', _source.BootstrapServers);

    /// <summary>An admin client.</summary>
    public IAdminClient CreateAdmin() =>
        new AdminClientBuilder(new AdminClientConfig(Common()))
            .SetErrorHandler((_, error) => Note(error))
            .SetLogHandler((_, message) => Log(message))
            .Build();

    /// <summary>A consumer that is assigned by hand, reads committed records only, and leaves no trace at the brokers.</summary>
    public IConsumer<byte[]?, byte[]?> CreateConsumer() =>
        new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(Common())
        {
            GroupId = "kafka-backup-unused", // The client insists on one; without commits and subscriptions no broker ever sees it.
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Error,
            IsolationLevel = IsolationLevel.ReadCommitted,
            CheckCrcs = true,
            AllowAutoCreateTopics = false,
            QueuedMaxMessagesKbytes = PrefetchBytes / 1024,
            MaxPartitionFetchBytes = PrefetchBytes / 4,
            FetchMaxBytes = PrefetchBytes / 4,
            FetchWaitMaxMs = 50,      // An empty answer is what tells the end; it should not be long in coming.
            FetchQueueBackoffMs = 2,  // The default of a second stalls the reader whenever its queue was full.
        })
        .SetErrorHandler((_, error) => Note(error))
        .SetLogHandler((_, message) => Log(message))
        .Build();

    /// <summary>A failure of kind <see cref="FailureKind.Source"/> from what a client threw and what it had complained about.</summary>
    public BackupException Failure(string what, Error error, Exception? cause = null)
    {
        var reason = _lastProblem is { } problem && error.IsLocalError ? $"{error.Reason}; {problem}" : error.Reason;
        return new BackupException(FailureKind.Source, $"{what} at {Address}: {reason.TrimEnd('.')}. {Advice(error.Code)}", cause)
        {
            IsRetryable = !error.IsFatal && !IsFinal(error.Code),
        };
    }

    private static bool IsFinal(ErrorCode code) => code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
        or ErrorCode.GroupAuthorizationFailed or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication
        or ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition
        or ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression or ErrorCode.InvalidMsg;

    private static string Advice(ErrorCode code) => code switch
    {
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut or ErrorCode.Local_Resolve =>
            "Check source.bootstrap_servers and that the brokers can be reached from here.",
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => "Give the user the right to describe and read it.",
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => "Was the topic deleted?",
        ErrorCode.Local_BadMsg or ErrorCode.InvalidMsg => "The broker sent a damaged batch: check its disks and log with kafka-dump-log.sh.",
        _ => "",
    };

    private ClientConfig Common() => new()
    {
        BootstrapServers = Address,
        ClientId = "kafka-backup",
        SocketKeepaliveEnable = true,
        ReconnectBackoffMaxMs = 2_000,
        EnableMetricsPush = false,
    };

    private void Note(Error error)
    {
        _lastProblem = error.Reason;
        LogProblem(_logger, error.Code, error.Reason);
    }

    private void Log(LogMessage message) => LogClientMessage(_logger, message.Facility, message.Message);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Kafka client: {Code}: {Reason}")]
    private static partial void LogProblem(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "librdkafka {Facility}: {Text}")]
    private static partial void LogClientMessage(ILogger logger, string facility, string text);
}
