using KafkaBackup.Cli.Hosting;
using KafkaBackup.Shared.Configuration;
using Xunit;

namespace KafkaBackup.Cli.Tests;

/// <summary>What a person shows to others: the explanation of a configuration, and what of it gets into messages and logs.</summary>
public sealed class SecretsTests
{
    private const string Secret = "tOpSeCrEt";

    private const string Begin = """
        mode: backup
        backup_id: nightly
        source:
          bootstrap_servers: ["127.0.0.1:1"]
          security:

        """;

    private const string Bucket = """
        storage:
          backend: s3
          bucket: b
          endpoint: https://127.0.0.1:1
          access_key: tOpSeCrEt-access
          secret_key: tOpSeCrEt-key

        """;

    [Theory]
    [InlineData("""
            security_protocol: SASL_SSL
            sasl_mechanism: SCRAM-SHA-512
            sasl_username: backup
            sasl_password: tOpSeCrEt-password
            ssl_certificate_location: /no/certificate.pem
            ssl_key_location: /no/key.pem
            ssl_key_password: tOpSeCrEt-of-key

        """)]
    [InlineData("""
            security_protocol: SASL_PLAINTEXT
            sasl_mechanism: PLAIN
            sasl_username: backup
            sasl_password: tOpSeCrEt-password

        """)]
    [InlineData("""
            security_protocol: SASL_PLAINTEXT
            sasl_mechanism: OAUTHBEARER
            sasl_oauth_token_endpoint_url: https://127.0.0.1:1/token
            sasl_oauth_client_id: backup
            sasl_oauth_client_secret: tOpSeCrEt-client

        """)]
    public async Task No_secret_is_shown_by_the_explanation_of_a_configuration(string security)
    {
        var configuration = ConfigurationLoader.Parse(Begin + security + Bucket, "backup.yaml", _ => null);

        var explained = await ConfigurationExplainer.ExplainAsync(configuration, CancellationToken.None);

        Assert.Contains("s3://b/nightly/", explained, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, explained, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Secret, configuration.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("{backend: gcs, bucket: b, endpoint: https://127.0.0.1:1, service_account_path: /no/key.json}", "gs://b/nightly/")]
    [InlineData("{backend: azure, account_name: a, container_name: c, endpoint: https://127.0.0.1:1, account_key: tOpSeCrEtKey}", "azure://c@a/nightly/")]
    [InlineData("{backend: azure, account_name: a, container_name: c, endpoint: https://127.0.0.1:1, sas_token: sig=tOpSeCrEt}", "azure://c@a/nightly/")]
    [InlineData("{backend: azure, account_name: a, container_name: c, client_id: i, tenant_id: t, client_secret: tOpSeCrEt}", "azure://c@a/nightly/")]
    public async Task No_secret_of_another_store_is_shown_either(string storage, string place)
    {
        var configuration = ConfigurationLoader.Parse($"{Begin}    security_protocol: PLAINTEXT\nstorage: {storage}\n", "backup.yaml", _ => null);

        var explained = await ConfigurationExplainer.ExplainAsync(configuration, CancellationToken.None);

        Assert.Contains(place, explained, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, explained, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Secret, configuration.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://user:tOpSeCrEt@127.0.0.1:1")]
    [InlineData("https://tOpSeCrEt@127.0.0.1:1")]
    public void No_credentials_of_an_address_are_shown_by_what_is_wrong_with_it(string address)
    {
        var yaml = Begin.Replace("127.0.0.1:1", address, StringComparison.Ordinal) + Bucket.Replace("https://127.0.0.1:1", address, StringComparison.Ordinal);

        var refused = Assert.Throws<ConfigurationException>(() => ConfigurationLoader.Parse(yaml, "backup.yaml", _ => null));

        Assert.Contains("bootstrap_servers", refused.Message, StringComparison.Ordinal);
        Assert.Contains("endpoint", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.Message, StringComparison.OrdinalIgnoreCase);
    }
}
