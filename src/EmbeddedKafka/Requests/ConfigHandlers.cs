using System.Globalization;
using KafkaBackup.EmbeddedKafka.Topics;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;

namespace KafkaBackup.EmbeddedKafka.Requests;

/// <summary>Tells the settings of topics. The node itself has none that a client could ask for.</summary>
internal sealed class ConfigHandlers(BrokerParts parts)
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;
    private const sbyte FromTopic = 1;
    private const sbyte FromDefault = 5;

    /// <summary>Answers DescribeConfigs.</summary>
    public DescribeConfigsResponse Describe(DescribeConfigsRequest request) => new() { Results = request.Resources.ConvertAll(Describe) };

    /// <summary>All settings of a topic, as DescribeConfigs tells them.</summary>
    public static IEnumerable<DescribeConfigsResponse.Config> Describe(TopicSettings settings) =>
        TopicSetting.All.Values.OrderBy(setting => setting.Name, StringComparer.Ordinal).Select(setting => new DescribeConfigsResponse.Config
        {
            Name = setting.Name,
            Value = settings.Value(setting.Name),
            ConfigSource = settings.IsGiven(setting.Name) ? FromTopic : FromDefault,
            ConfigType = (sbyte)setting.Type,
        });

    private DescribeConfigsResponse.Result Describe(DescribeConfigsRequest.Resource asked)
    {
        var result = new DescribeConfigsResponse.Result { ResourceType = asked.ResourceType, ResourceName = asked.ResourceName };
        if (asked.ResourceType == TopicResource && parts.Topics.Find(asked.ResourceName) is { } topic)
        {
            var keys = asked.ConfigurationKeys;
            result.Configs = Describe(topic.Settings).Where(config => keys is null or [] || keys.Contains(config.Name, StringComparer.Ordinal)).ToList();
        }
        else if (asked.ResourceType == TopicResource)
        {
            result.ErrorCode = TopicNames.Problem(asked.ResourceName) is null ? KafkaError.UnknownTopicOrPartition : KafkaError.InvalidTopic;
            result.ErrorMessage = "There is no such topic.";
        }
        else if (asked.ResourceType != BrokerResource || asked.ResourceName != BrokerIdentity.NodeId.ToString(CultureInfo.InvariantCulture))
        {
            result.ErrorCode = KafkaError.InvalidRequest;
            result.ErrorMessage = $"The embedded broker has settings of topics and of node {BrokerIdentity.NodeId} only.";
        }

        return result;
    }
}
