using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Reads what was set for topics themselves: a few large questions, one after the other.</summary>
internal sealed class TopicConfigurationReader(AdminCalls calls, TimeSpan patience)
{
    /// <summary>The client asks for all settings of a topic, each with where else it is set: some 5 KB of answer a topic.</summary>
    private const int BatchSize = 250;

    /// <exception cref="BackupException">The brokers do not answer.</exception>
    public async Task<TopicConfigurations> ReadAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        var read = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        var refused = new List<(string Topic, Error Error)>();
        foreach (var names in topics.Order(StringComparer.Ordinal).Chunk(BatchSize))
        {
            foreach (var report in await AskAsync(names, cancellation))
            {
                var topic = report.ConfigResource.Name;
                if (!report.Error.IsError)
                {
                    read[topic] = OwnSettings(report.Entries.Values);
                }
                else if (report.Error.Code != ErrorCode.UnknownTopicOrPart)
                {
                    refused.Add((topic, report.Error));
                }
            }
        }

        return new TopicConfigurations(read, TopicRights.ConfigurationProblem(refused));
    }

    /// <summary>What OSO's tool keeps of an answer.</summary>
    internal static IReadOnlyDictionary<string, string> OwnSettings(IEnumerable<ConfigEntryResult> entries) => entries
        .Where(entry => entry is { Source: ConfigSource.DynamicTopicConfig, IsReadOnly: false, IsSensitive: false }
            && TopicConfigurationKeys.Keeps(entry.Name, entry.Value))
        .ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>All settings of topics.</summary>
    /// <exception cref="BackupException">The brokers do not answer.</exception>
    public Task<List<DescribeConfigsReport>> AskAsync(string[] topics, CancellationToken cancellation) => calls.AskAsync(
        "Cannot read the configuration of topics",
        () => calls.CallAsync(admin => DescribeAsync(admin, topics), patience, cancellation),
        cancellation);

    private async Task<List<DescribeConfigsReport>> DescribeAsync(IAdminClient admin, string[] topics)
    {
        try
        {
            var results = await admin.DescribeConfigsAsync(
                topics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic }),
                new DescribeConfigsOptions { RequestTimeout = patience });
            return results.ConvertAll(result => new DescribeConfigsReport
            {
                ConfigResource = result.ConfigResource,
                Entries = result.Entries,
                Error = new Error(ErrorCode.NoError),
            });
        }
        catch (DescribeConfigsException e)
        {
            return e.Results; // Of some topics at least. The others are told as they are.
        }
    }
}
