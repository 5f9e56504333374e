using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

public sealed class DefinitionCheckTests
{
    private const string Plain = """
        mode: backup
        backup_id: nightly
        source:
          bootstrap_servers: ["kafka:9092"]
          topics: {include: ["*"]}
        storage: {backend: filesystem, path: /backups}
        """;

    private const string WithPassword = """
        mode: backup
        backup_id: nightly
        source:
          bootstrap_servers: ["kafka:9092"]
          topics: {include: ["*"]}
          security:
            security_protocol: SASL_PLAINTEXT
            sasl_mechanism: PLAIN
            sasl_username: alice
            sasl_password: PASSWORD
        storage: {backend: filesystem, path: /backups}
        """;

    [Fact]
    public void A_definition_without_secrets_is_taken() => Assert.Equal("nightly", DefinitionCheck.Read(Plain, _ => null).Configuration.BackupId.Value);

    [Theory]
    [InlineData("swordfish")]
    [InlineData("\"${USER}fish\"")]
    [InlineData("\"${PASSWORD:-swordfish}\"")]
    public void A_secret_that_is_written_out_is_refused_with_its_place_and_not_shown(string password)
    {
        var failure = Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read(WithPassword.Replace("PASSWORD", password, StringComparison.Ordinal), _ => "x"));

        var problem = Assert.Single(failure.Problems);
        Assert.Equal(("source.security.sasl_password", 10), (problem.Path, problem.Line));
        Assert.DoesNotContain("fish", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("account_key", "c3dvcmRmaXNo")]
    [InlineData("sas_token", "sig=swordfish")]
    public void So_is_one_of_the_storage(string key, string secret)
    {
        var definition = Plain.Replace("filesystem, path: /backups", $"azure, account_name: a, container_name: c, {key}: '{secret}'", StringComparison.Ordinal);

        var failure = Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read(definition, _ => "x"));

        Assert.Equal($"storage.{key}", Assert.Single(failure.Problems).Path);
        Assert.DoesNotContain(secret, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("azure, account_name: a, container_name: c, account_key_file: /run/k")]
    [InlineData("azure, account_name: a, container_name: c, sas_token_file: /run/k")]
    [InlineData("azure, account_name: a, container_name: c, client_id_file: /run/i, tenant_id_file: /run/t, client_secret_file: /run/k")]
    [InlineData("s3, bucket: b, access_key_file: /run/a, secret_key_file: /run/s")]
    public void Files_of_the_nodes_are_no_secrets(string storage) =>
        Assert.Equal("nightly", DefinitionCheck.Read(Plain.Replace("filesystem, path: /backups", storage, StringComparison.Ordinal), _ => null).Configuration.BackupId.Value);

    [Fact]
    public void A_variable_that_this_node_lacks_is_noted_and_no_fault_of_the_definition()
    {
        var (configuration, notes) = DefinitionCheck.Read(WithPassword.Replace("PASSWORD", "\"${KAFKA_PASSWORD}\"", StringComparison.Ordinal), _ => null);

        Assert.Equal("nightly", configuration.BackupId.Value);
        Assert.Contains("KAFKA_PASSWORD is not set", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bootstrap_servers: [\"kafka:9092\"]", "bootstrap_servers: [\"${IT}\"]")]
    [InlineData("path: /backups}", "path: /backups}\nbackup: {continuous: true, poll_interval_ms: \"${IT}\", segment_max_records: \"${IT}\"}")]
    [InlineData("path: /backups}", "path: /backups}\nbackup: {include_offset_headers: \"${IT}\"}")]
    public void An_address_a_number_or_a_switch_may_lack_as_well(string line, string with)
    {
        var (_, notes) = DefinitionCheck.Read(Plain.Replace(line, with, StringComparison.Ordinal), _ => null);

        Assert.Contains("IT is not set", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_with_a_default_is_not_missed()
    {
        var (configuration, notes) = DefinitionCheck.Read(Plain + "\nbackup: {segment_max_records: \"${SIZE:-7}\"}", _ => null);

        Assert.Equal(7, configuration.Backup.SegmentMaxRecords);
        Assert.Empty(notes);
    }

    [Fact]
    public void Anchors_that_repeat_each_other_without_end_are_refused_with_their_place()
    {
        var lists = string.Concat(Enumerable.Range(1, 9).Select(i => $"\na{i}: &a{i} [{string.Join(",", Enumerable.Repeat($"*a{i - 1}", 20))}]"));

        var failure = Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read("a0: &a0 x" + lists, _ => null));

        Assert.Contains("more than 100,000 values", Assert.Single(failure.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_backup_is_called_has_to_be_known_here()
    {
        var failure = Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read(Plain.Replace("backup_id: nightly", "backup_id: \"${ID}\"", StringComparison.Ordinal), _ => null));

        Assert.Contains("the variable ID is not set", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whether_it_ends_has_to_be_known_here()
    {
        var definition = Plain + "\nbackup: {continuous: \"${C}\"}\n";

        var failure = Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read(definition, _ => null));

        Assert.Contains("the variable C is not set", failure.Message, StringComparison.Ordinal);
        Assert.False(DefinitionCheck.Read(definition, name => name == "C" ? "false" : null).Configuration.Backup.IsContinuous);
    }

    [Fact]
    public void Any_number_of_variables_may_lack()
    {
        var topics = string.Join(", ", Enumerable.Range(0, 1_000).Select(i => $"\"${{T{i}}}\""));

        var (_, notes) = DefinitionCheck.Read(Plain.Replace("include: [\"*\"]", $"include: [{topics}]", StringComparison.Ordinal), _ => null);

        Assert.Equal(1_000, notes.Count);
    }

    [Fact]
    public void A_word_that_nobody_can_guess_is_told_as_the_variable_it_is()
    {
        var failure = Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read(Plain + "\nbackup: {compression: \"${CODEC}\"}", _ => null));

        Assert.Contains("the variable CODEC is not set", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a: [")]
    public void What_is_no_configuration_at_all_is_told_so(string text) => Assert.NotEmpty(Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read(text, _ => null)).Problems);

    [Fact]
    public void Each_mistake_has_its_place()
    {
        var failure = Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read(Plain.Replace("path:", "pfad:", StringComparison.Ordinal), _ => null));

        Assert.Contains(failure.Problems, problem => problem.Path == "storage.pfad" && problem.Line == 6);
    }

    [Fact]
    public void One_that_does_not_fit_into_messages_is_refused()
    {
        var failure = Assert.Throws<ConfigurationException>(() => DefinitionCheck.Read(Plain + "\n#" + new string('x', CatalogueProtocol.MaxDefinitionBytes), _ => null));

        Assert.Contains("at most 32,768", failure.Message, StringComparison.Ordinal);
    }
}
