using System.Net;

namespace KafkaBackup.Shared.Configuration;

/// <summary><c>metrics</c>: numbers about a run for Prometheus, over HTTP.</summary>
public sealed record MetricsSection
{
    /// <summary>What OSO's tool serves at in any case.</summary>
    public const string DefaultPath = "/metrics";

    /// <summary>How many partitions have series of their own, unless it is configured otherwise.</summary>
    public const int DefaultMaxPartitionLabels = 2_000;

    /// <summary><c>enabled</c>. Default: true.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary><c>port</c>; 0: a free one. Default: 8080.</summary>
    public int Port { get; init; } = 8080;

    /// <summary><c>bind_address</c>. Default: 0.0.0.0.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary><c>path</c>: where the numbers are, beside <see cref="DefaultPath"/>.</summary>
    public string Path { get; init; } = DefaultPath;

    /// <summary><c>max_partition_labels</c>: for more partitions than this there is a series for each topic; 0: there is no limit.</summary>
    public int MaxPartitionLabels { get; init; } = DefaultMaxPartitionLabels;

    /// <summary><c>keep_alive_seconds</c>: how long the numbers can still be read when the run is over. Default: not at all.</summary>
    public TimeSpan KeepAlive { get; init; }
}
