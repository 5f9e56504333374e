using System.Text;
using KafkaBackup.Cli.Output;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Tells what a run with a configuration would do, by reading only.</summary>
internal static class ConfigurationExplainer
{
    private const int MaxTopics = 20;

    /// <summary>The explanation; what cannot be found out is told in its place, and is no error.</summary>
    public static async Task<string> ExplainAsync(BackupConfiguration configuration, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        Line("mode", Mode(configuration));
        Line("source", $"{string.Join(", ", configuration.Source.BootstrapServers)} ({Access(configuration.Source.Security)})");
        var (topics, work) = await DiscoverAsync(configuration, cancellation);
        Line("topics", topics);
        Line("to read", work);
        Line("stored at", $"{Stores.NameOf(configuration.Storage)}/{configuration.BackupId}/");
        Line("segments", Segments(configuration.Backup));
        Line("local state", configuration.IsIncremental ? $"{LocalState.OffsetsPathOf(configuration)}, and the workers' journal beside it" : $"the workers' journal in {Path.GetDirectoryName(LocalState.OffsetsPathOf(configuration))}");
        Line("memory", Memory(configuration.Backup));
        if (configuration.Metrics is { } metrics)
        {
            Line("metrics", $"http://{metrics.BindAddress}:{metrics.Port}{metrics.Path}");
        }

        return text.ToString();

        void Line(string label, string value) => text.Append("  ").Append(label.PadRight(12)).Append(value).Append('\n');
    }

    private static string Mode(BackupConfiguration configuration) => configuration switch
    {
        { Backup.IsContinuous: true } => $"continuous: goes on until it is stopped, and looks for new records every {configuration.Backup.PollInterval.TotalMilliseconds:0} ms",
        { Backup.StopsAtCurrentOffsets: true, IsIncremental: true } => "incremental snapshot: from the saved positions to the high watermarks of one moment",
        { Backup.StopsAtCurrentOffsets: true } => "snapshot: whatever is not covered yet, to the high watermarks of one moment",
        { IsIncremental: true } => "incremental: from the saved positions to the high watermarks at the start",
        _ => "full: whatever is not covered yet, to the high watermarks at the start; without offset_storage no offsets.db is kept",
    };

    private static string Access(SecuritySection security) => security.Protocol switch
    {
        SecurityProtocol.Plaintext => "not encrypted, no user",
        SecurityProtocol.Ssl => security.CertificateLocation is null ? "TLS, no user" : "TLS with a client certificate",
        SecurityProtocol.SaslPlaintext => $"not encrypted, {SaslMechanismNames.NameOf(security.Mechanism!.Value)}",
        _ => $"TLS, {SaslMechanismNames.NameOf(security.Mechanism!.Value)}",
    };

    private static string Segments(BackupSection section)
    {
        var limits = new List<string> { $"{section.SegmentMaxBytes:N0} bytes" };
        if (section.SegmentMaxRecords is { } records)
        {
            limits.Add($"{records:N0} records");
        }

        limits.Add($"{section.SegmentMaxInterval.TotalMilliseconds:N0} ms");
        var codec = section.Compression == CompressionCodec.Zstd ? $"zstd {section.CompressionLevel}" : section.Compression.ToString().ToLowerInvariant();
        return $"{codec}; finished at {string.Join(", or ", limits)}";
    }

    private static string Memory(BackupSection section)
    {
        try
        {
            var budget = PermitBudget.For(section, PermitBudget.BytesFor(section, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
            return $"{PlainText.Count(budget.Slots, "partition")} {(budget.Slots == 1 ? "is" : "are")} read at once{(section.MaxConcurrentSmall > budget.Slots ? $" (of few records up to {section.MaxConcurrentSmall})" : "")}{(budget.OverlapsUpload ? ", each filling a segment while the one before is uploaded" : "")}";
        }
        catch (BackupException e)
        {
            return e.Message;
        }
    }

    /// <summary>What source and store have, compared as a run would compare them.</summary>
    private static async Task<(string Topics, string Work)> DiscoverAsync(BackupConfiguration configuration, CancellationToken cancellation)
    {
        try
        {
            var clients = new KafkaClients(configuration, NullLogger<KafkaClients>.Instance);
            using var catalog = new KafkaTopicCatalog(clients);
            using var source = clients.CreateSource();
            using var store = Stores.OpenToLook(configuration.Storage);
            var environment = new BackupEnvironment(configuration, store, source, catalog);
            var (known, look) = await BackupPlanner.ReadAsync(environment, cancellation);
            return (Topics(look), Work(BackupPlan.Make(configuration, known, look)));
        }
        catch (BackupException e)
        {
            return ("not known", e.Message);
        }
    }

    private static string Topics(SourceDiscovery look)
    {
        var names = look.Topics.Take(MaxTopics).Select(topic => $"{topic.Name} ({topic.Partitions})");
        var more = look.Topics.Count > MaxTopics ? $" and {look.Topics.Count - MaxTopics} more" : "";
        return look.Topics.Count == 0 ? "none matches" : $"{PlainText.Count(look.Topics.Count, "topic")}, {PlainText.Count(look.Bounds.Count, "partition")}: {string.Join(", ", names)}{more}";
    }

    private static string Work(BackupPlan plan)
    {
        var holes = plan.Work.Sum(work => work.Ranges.Count(range => range.Base <= work.SavedOffset));
        var parts = new List<string> { plan.Work.Count == 0 ? "nothing: all is backed up" : $"{plan.Work.Sum(work => work.Length):N0} offsets of {plan.Work.Count:N0} partition(s)" };
        if (holes > 0)
        {
            parts.Add($"among them {holes:N0} range(s) that the backup lacks before its end");
        }

        parts.AddRange(plan.Failures.Select(failure => failure.Failure.Message).Distinct());
        return string.Join("; ", parts);
    }
}
