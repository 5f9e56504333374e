using Confluent.Kafka;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;
using ClientMechanism = Confluent.Kafka.SaslMechanism;
using ClientProtocol = Confluent.Kafka.SecurityProtocol;

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

    private readonly SourceSection _source;
    private readonly BackupSection _backup;
    private readonly ILogger _logger;
    private readonly SourceFailures _failures;

    /// <summary>Clients for the source of <paramref name="configuration"/>.</summary>
    public KafkaClients(BackupConfiguration configuration, ILogger<KafkaClients> logger)
    {
        (_source, _backup, _logger) = (configuration.Source, configuration.Backup, logger);
        _failures = new SourceFailures(_source);
        // A large record is here several times for a moment: in the answer, in a batch, in its segment, and compressed.
        LargestAnswer = (int)Math.Clamp(_backup.MemoryOf(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) / 2, LeastLargestAnswer, int.MaxValue);
    }

    /// <summary>The addresses as the user gave them.</summary>
    public string Address => _failures.Address;

    /// <summary>How to get in.</summary>
    internal SecuritySection Security => _source.Security;

    /// <summary>How large an answer of a broker may be, which Kafka makes as large as the batch in it: half of the memory budget.</summary>
    /// <remarks>Tests set less.</remarks>
    internal int LargestAnswer { get; init; }

    /// <summary>How much is asked for at a time at most.</summary>
    internal int FetchMaxBytes => _backup.FetchMaxBytes;

    /// <summary>An admin client.</summary>
    /// <param name="errors">Is told what the client complains about.</param>
    /// <param name="heard">Is told each line of the client's log.</param>
    internal IAdminClient CreateAdmin(ClientErrors errors, Action<LogMessage> heard) => Build(() =>
        new AdminClientBuilder(new AdminClientConfig(Common()) { Debug = ClusterIdLog.DebugContext })
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
    internal IConsumer<BatchSlice, BatchSlice> CreateConsumer(
        ClientErrors errors, BatchDeserializer deserializer, FetchAnswers answers, AnswerSize size) => Build(() =>
        new ConsumerBuilder<BatchSlice, BatchSlice>(
            new ConsumerConfig(Reading(IsolationLevel.ReadCommitted, size)) { Debug = FetchAnswers.DebugContext })
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
            .SetErrorHandler((_, error) => Note(error, errors))
            .SetLogHandler((_, message) => Log(message, errors))
            .Build());

    /// <summary>A failure of kind <see cref="FailureKind.Source"/> from what a client threw and what it had complained about.</summary>
    internal BackupException Failure(string what, Error error, ClientErrors errors, BrokerCertificate? certificate = null, Exception? cause = null) =>
        _failures.Of(what, error, errors.Worst, certificate, cause);

    /// <summary>The settings of <see cref="SecuritySection"/> under librdkafka's names.</summary>
    /// <remarks>Without an authority of one's own librdkafka looks for the system's bundle by itself, in the places of all distributions.</remarks>
    private static void Secure(ClientConfig config, SecuritySection security)
    {
        config.SecurityProtocol = security.Protocol switch
        {
            Shared.Configuration.SecurityProtocol.Ssl => ClientProtocol.Ssl,
            Shared.Configuration.SecurityProtocol.SaslPlaintext => ClientProtocol.SaslPlaintext,
            Shared.Configuration.SecurityProtocol.SaslSsl => ClientProtocol.SaslSsl,
            _ => ClientProtocol.Plaintext,
        };
        if (security.IsTls)
        {
            config.SslEndpointIdentificationAlgorithm = SslEndpointIdentificationAlgorithm.Https;
            config.SslCaLocation = security.CaLocation;
            config.SslCertificateLocation = security.CertificateLocation;
            config.SslKeyLocation = security.KeyLocation;
            config.SslKeyPassword = security.KeyPassword;
        }

        if (security.IsSasl)
        {
            config.SaslMechanism = security.Mechanism switch
            {
                Shared.Configuration.SaslMechanism.ScramSha256 => ClientMechanism.ScramSha256,
                Shared.Configuration.SaslMechanism.ScramSha512 => ClientMechanism.ScramSha512,
                Shared.Configuration.SaslMechanism.OAuthBearer => ClientMechanism.OAuthBearer,
                _ => ClientMechanism.Plain,
            };
            config.SaslUsername = security.Username;
            config.SaslPassword = security.Password;
        }

        if (security.OAuth is { } oauth)
        {
            config.SaslOauthbearerMethod = SaslOauthbearerMethod.Oidc;
            config.SaslOauthbearerTokenEndpointUrl = oauth.TokenEndpointUrl;
            config.SaslOauthbearerClientId = oauth.ClientId;
            config.SaslOauthbearerClientSecret = oauth.ClientSecret;
            config.SaslOauthbearerScope = oauth.Scope;
            if (SystemTrust.BundlePath(Environment.GetEnvironmentVariable) is { } bundle)
            {
                config.Set("https.ca.location", bundle);
            }
        }
    }

    private ConsumerConfig Reading(IsolationLevel isolation, AnswerSize size) => new(Common())
    {
        GroupId = "kafka-backup-unused", // The client insists on one, and asks for its coordinator; it never joins, and commits nothing.
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        EnablePartitionEof = true,
        AutoOffsetReset = AutoOffsetReset.Error,
        IsolationLevel = isolation,
        CheckCrcs = true,
        AllowAutoCreateTopics = false,
        // Of single batches, which may be large, the next is fetched when the one before it is through.
        QueuedMaxMessagesKbytes = size >= AnswerSize.Part ? PrefetchBytes / 1024 : 1,
        MaxPartitionFetchBytes = AnswerSizing.BytesOf(size, _backup.FetchMaxBytes),
        FetchMaxBytes = Math.Max(AnswerSizing.BytesOf(size, _backup.FetchMaxBytes), LeastMessageMaxBytes),
        // Nothing is sent.
        MessageMaxBytes = Math.Clamp(AnswerSizing.BytesOf(size, _backup.FetchMaxBytes), LeastMessageMaxBytes, DefaultMessageMaxBytes),
        // It is the limit, too, to the buffer for a batch of zstd, which grows threefold until the batch fits: to be sure of a size takes three
        // times that.
        ReceiveMessageMaxBytes = (int)Math.Min(LargestAnswer * (size == AnswerSize.OneLargeBatch ? 3L : 1), int.MaxValue),
        FetchWaitMaxMs = 5,       // An empty answer is what tells the end, and keeps the next partition waiting: it should not be long in coming.
        FetchQueueBackoffMs = 2,  // The default of a second stalls the reader whenever its queue was full.
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
            // A leader that falls silent closes no connection: only a request without an answer, or asking another broker, shows that the
            // lead has moved.
            SocketTimeoutMs = 30_000,
            TopicMetadataRefreshIntervalMs = 10_000,
            EnableMetricsPush = false,
        };
        Secure(config, _source.Security);
        return config;
    }

    /// <exception cref="BackupException">librdkafka does not take a file that <see cref="PemFiles"/> had no objection to.</exception>
    private static T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (InvalidOperationException e)
        {
            throw new BackupException(FailureKind.Configuration, $"The Kafka client cannot be set up as source.security says: {e.Message.TrimEnd('.')}.", e);
        }
    }

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

    [LoggerMessage(Level = LogLevel.Debug, Message = "Kafka client: {Code}: {Reason}")]
    private static partial void LogProblem(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "librdkafka {Facility}: {Text}")]
    private static partial void LogClientMessage(ILogger logger, string facility, string text);
}
