using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The definitions of our kinds explain themselves, and nothing in them is untried.</summary>
public sealed class SchemaTests
{
    public static TheoryData<string> Kinds => [.. Schema.ByKind.Keys];

    /// <summary>So that no test below passes as it has found nothing to look at.</summary>
    [Fact]
    public void There_are_six_kinds_with_many_fields()
    {
        var fields = Schema.ByKind.Values.SelectMany(schema => Schema.FieldsOf(schema)).ToList();

        Assert.Equal(6, Schema.ByKind.Count);
        Assert.True(fields.Count > 600);
        Assert.True(fields.Count(one => one.Field.ContainsKey("default")) > 100);
        Assert.True(fields.Count(one => OneForm((string?)one.Field["description"] ?? "")) > 50);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_is_described_in_sentences(string kind)
    {
        var fields = Schema.FieldsOf(Schema.ByKind[kind]).Where(one => one.Path != "metadata").ToList();

        Assert.All(fields, one => Assert.Matches("[.]$", (string?)one.Field["description"] ?? $"{one.Path}: none"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_default_is_told_in_the_description(string kind)
    {
        var fields = Schema.FieldsOf(Schema.ByKind[kind]).Where(one => one.Field.ContainsKey("default")).ToList();

        Assert.All(fields, one => Assert.Contains($"Default {one.Field["default"]!}", (string?)one.Field["description"], StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sentence_that_refuses_says_what_to_do(string kind)
    {
        var sentences = Schema.RulesOf(kind).Select(rule => rule.Sentence).ToList();

        Assert.NotEmpty(sentences);
        Assert.All(sentences, sentence =>
        {
            Assert.Matches("[:;,] ", sentence);
            Assert.DoesNotMatch("not (implemented|supported)|unsupported|[.]$", sentence);
        });
    }

    /// <summary>But for those that look at what was there before, or at the object's name, which are tried on their own.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_rule_is_in_the_table_of_what_is_refused(string kind)
    {
        var rows = Refusals.Of(kind).Select(row => (Path: Regex.Replace(row.Path, "\\[[0-9]+\\]", "[]", RegexOptions.NonBacktracking), row.Sentence)).ToHashSet();

        Assert.All(Schema.RulesOf(kind).Where(rule => !rule.Rule.Contains("oldSelf", StringComparison.Ordinal) && !rule.Rule.Contains("metadata", StringComparison.Ordinal)),
            rule => Assert.Contains((rule.Path.Replace("Mapping.*", "Mapping[orders]", StringComparison.Ordinal), rule.Sentence), rows));
    }

    /// <summary>What is refused of one kind's cluster, storage, backup and circuit breaker is refused of another's, as these are the same.</summary>
    [Theory]
    [InlineData("KafkaBackup", "spec.kafkaCluster", "KafkaRestore", "spec.kafkaCluster")]
    [InlineData("KafkaBackup", "spec.kafkaCluster", "KafkaOffsetReset", "spec.kafkaCluster")]
    [InlineData("KafkaBackup", "spec.kafkaCluster", "KafkaOffsetRollback", "spec.kafkaCluster")]
    [InlineData("KafkaBackup", "spec.kafkaCluster", "KafkaBackupValidation", "spec.kafkaCluster")]
    [InlineData("KafkaBackup", "spec.storage", "KafkaRestore", "spec.backupRef.storage")]
    [InlineData("KafkaBackup", "spec.storage", "KafkaOffsetRollback", "spec.snapshotRef.storage")]
    [InlineData("KafkaBackup", "spec.circuitBreaker", "KafkaRestore", "spec.circuitBreaker")]
    [InlineData("KafkaBackup", "spec.schedule", "KafkaBackupValidation", "spec.schedule")]
    [InlineData("KafkaBackup", "spec.timeZone", "KafkaBackupValidation", "spec.timeZone")]
    [InlineData("KafkaRestore", "spec.backupRef", "KafkaBackupValidation", "spec.backupRef")]
    [InlineData("KafkaBackup", "status.conditions", "KafkaRestore", "status.conditions")]
    [InlineData("KafkaBackup", "status.conditions", "KafkaOffsetReset", "status.conditions")]
    [InlineData("KafkaBackup", "status.conditions", "KafkaOffsetRollback", "status.conditions")]
    [InlineData("KafkaBackup", "status.conditions", "KafkaBackupValidation", "status.conditions")]
    [InlineData("KafkaBackup", "status.conditions", "KafkaBackupRun", "status.conditions")]
    public void Kinds_have_the_same_fields_where_they_mean_the_same(string kind, string path, string other, string otherPath)
    {
        var (one, another) = (Field(kind, path), Field(other, otherPath));

        foreach (var part in new[] { "type", "properties", "items", "required", "maxLength", "x-kubernetes-validations" })
        {
            Assert.Equal(Plain(one[part]), Plain(another[part]));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_that_may_be_given_is_in_a_sample(string kind)
    {
        var spec = Schema.FieldsOf(Field(kind, "spec"), "spec").ToList();
        var refused = spec.Where(one => ((string)one.Field["description"]!).StartsWith("Refused.", StringComparison.Ordinal)).Select(one => one.Path).ToList();
        Assert.Equal(kind switch { "KafkaBackupRun" => 0, "KafkaBackupValidation" or "KafkaOffsetReset" => 2, _ => 1 }, refused.Count);

        var given = SampleTests.Documents(kind).SelectMany(sample => GivenIn(sample, Schema.ByKind[kind], "")).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(spec.Select(one => one.Path).Where(path => !refused.Exists(one => path.StartsWith(one, StringComparison.Ordinal))
            && !path.StartsWith("spec.backupRef.storage.", StringComparison.Ordinal) && !path.StartsWith("spec.snapshotRef.storage.", StringComparison.Ordinal)).Except(given));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_document_has_every_field_and_the_sentence_of_each_that_is_taken_with_its_default_only(string kind)
    {
        var document = SourceTree.Text("docs/operator-fields.md");
        var fields = Schema.FieldsOf(Field(kind, "spec")).Where(one => !one.Path.EndsWith(']') && !one.Path.EndsWith('*') && (string?)one.Field["description"] != "Of no effect.")
            .Select(one => (Name: Regex.Replace(one.Path, "^(?:backup|snapshot)Ref[.]storage[.]", "storage.", RegexOptions.NonBacktracking), one.Path, Description: (string)one.Field["description"]!)).ToList();
        var bound = fields.Where(one => OneForm(one.Description)).Select(one => $"spec.{one.Path}").ToHashSet(StringComparer.Ordinal);

        Assert.All(fields, one => Assert.Contains($"`{one.Name}`", document, StringComparison.Ordinal));
        Assert.All(Schema.RulesOf(kind).Where(rule => bound.Contains(rule.Path)), rule => Assert.Contains($"\"{rule.Sentence}\"", document, StringComparison.Ordinal));
    }

    private static JsonObject Field(string kind, string path) => Schema.FieldsOf(Schema.ByKind[kind]).Single(one => one.Path == path).Field;

    private static bool OneForm(string description) => description.StartsWith("Taken ", StringComparison.Ordinal) || description.StartsWith("Refused.", StringComparison.Ordinal);

    /// <summary>Without the words that are of one kind.</summary>
    private static string? Plain(JsonNode? part) => part is null ? null : Regex.Replace(part.ToJsonString(),
        "true of the [a-z]+|which of them is [a-z]+|Default that of the Kafka[A-Za-z]+, which|, and say in rateLimiting.maxConcurrentPartitions how many are at work at once", "", RegexOptions.NonBacktracking);

    private static IEnumerable<string> GivenIn(YamlNode node, JsonObject schema, string path)
    {
        var children = node switch
        {
            YamlMappingNode map => map.Children.Select(pair => (Name: ((YamlScalarNode)pair.Key).Value!, pair.Value)).Select(pair =>
                schema["properties"]?[pair.Name] is { } field ? ($"{path}.{pair.Name}".TrimStart('.'), pair.Value, field) : ($"{path}.*", pair.Value, schema["additionalProperties"])),
            YamlSequenceNode list => list.Children.Select(entry => ($"{path}[]", entry, schema["items"])),
            _ => [],
        };
        return children.Where(child => child.Item3 is JsonObject).SelectMany(child => GivenIn(child.Item2, child.Item3!.AsObject(), child.Item1).Prepend(child.Item1));
    }
}
