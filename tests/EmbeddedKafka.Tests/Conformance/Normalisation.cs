using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>A field whose value Kafka does not define, or that differs by the nature of things. These are all of them.</summary>
/// <param name="Fields">The paths of the fields.</param>
/// <param name="Reason">Why they cannot be compared as they are.</param>
/// <param name="Replace">What is compared instead.</param>
internal sealed record Normalisation(Regex Fields, string Reason, Func<Normaliser, string, string> Replace)
{
    /// <summary>What stands for a field that is not compared at all.</summary>
    public const string Any = "<any>";

    private static readonly string Nobody = Guid.Empty.ToString();

    public static IReadOnlyList<Normalisation> All { get; } =
    [
        new(Named("Host|Port|Rack"), "Every broker has an address and a place of its own.", (_, value) => value is "" or "-1" ? value : "<its own>"),
        new(Named("ThrottleTimeMs"), "It depends on quotas and load.", (_, _) => Any),
        new(Named("NodeId|BrokerId|LeaderId|ControllerId|ReplicaNodes.*|IsrNodes.*"), "The operator numbers the nodes.",
            (run, value) => value == "-1" ? value : run.Numbered("node", value)),
        new(Named("ClusterId"), "Every cluster has one of its own.", (run, value) => value is "" or "null" ? value : run.Numbered("cluster", value)),
        new(Named("TopicId"), "They are random.", (run, value) => value == Nobody ? value : run.Numbered("topic", value)),
        new(Named("ProducerId"), "They count up over the life of a cluster.", (run, value) => value == "-1" ? value : run.Numbered("producer", value)),
        new(Named(".*Timestamp|LogAppendTimeMs"), "The broker's clock goes on; times that the script chose lie in its past.",
            (run, value) => IsNow(run, value) ? "<now>" : value),
        new(Named("ErrorMessage|Message"), "Sentences are for people, and Kafka promises neither their words nor that there are any.", (_, _) => Any),
        new(Named("ConfigSource"), "Where a value comes from that is not the topic's depends on the node's own file.",
            (_, value) => value == "1" ? value : "<not the topic>"),
        new(Named("Source"), "The same, in the words of the client.",
            (_, value) => value == "DynamicTopicConfig" ? value : "<not the topic>"),
        new(new Regex(@"\[(file\.delete\.delay\.ms|min\.insync\.replicas)\]\.Value$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture),
            "And these two the file of a test's broker may well set.", (_, _) => Any),
        new(Named("IsDefault"), "The same once more: a value of the node's own file is no default.", (_, _) => Any),
    ];

    private static Regex Named(string fields) => new($"(^|[.])({fields})$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static bool IsNow(Normaliser run, string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
        && time >= run.Started.AddMinutes(-1).ToUnixTimeMilliseconds() && time <= TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds();
}
