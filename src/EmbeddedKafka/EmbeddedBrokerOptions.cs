using KafkaBackup.Kafka.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.EmbeddedKafka;

/// <summary>How an embedded broker is set up.</summary>
public sealed record EmbeddedBrokerOptions
{
    /// <summary>The port on 127.0.0.1. Default 0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>How many bytes of records, with what is kept about them, the broker holds before it refuses producers. Default 256 MiB.</summary>
    public long MemoryLimit { get; init; } = 256L * 1024 * 1024;

    /// <summary>The largest Produce request, in bytes. Default 16 MiB.</summary>
    public int MaxRequestBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many partitions it takes, which cost memory that <see cref="MemoryLimit"/> does not count. Default 20,000.</summary>
    public int MaxPartitions { get; init; } = 20_000;

    /// <summary>The cluster's id. Default: a new one for each broker.</summary>
    public string? ClusterId { get; init; }

    /// <summary>The clock of LogAppendTime and of transaction timeouts. Default the system's. Fetches wait in real time.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Hears of connections that were closed because of what came over them. Default nobody.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Sees each request before it is answered, on the thread of its connection. For tests of what clients ask. Default nobody.</summary>
    internal Action<IWireStruct>? Witness { get; init; }

    /// <summary>Changes each answer before it is sent, on the thread of its connection. For tests of what clients make of brokers that answer otherwise,
    /// as those do that have no ids or have lost their replicas. Default nobody.</summary>
    internal Action<IWireStruct>? Amend { get; init; }

    /// <summary>What is wrong with the options; empty if nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        if (Port is < 0 or > ushort.MaxValue)
        {
            problems.Add($"Port is {Port}, and must be 0 to 65535.");
        }

        if (MemoryLimit < 1)
        {
            problems.Add($"MemoryLimit is {MemoryLimit}, and must be positive.");
        }

        if (MaxPartitions < 1)
        {
            problems.Add($"MaxPartitions is {MaxPartitions}, and must be positive.");
        }

        if (MaxRequestBytes < 1024)
        {
            problems.Add($"MaxRequestBytes is {MaxRequestBytes}, and must be 1024 at least.");
        }

        return problems;
    }
}
