using Confluent.Kafka.Admin;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests.Security;

/// <summary>By each way into a guarded cluster a topic is backed up, and restored, exactly.</summary>
public sealed class GettingInTests : BrokerTest
{
    [SkippableFact]
    public Task By_tls() => BacksUpAndRestoresAsync("SSL", SecuredBroker.Tls());

    [SkippableFact]
    public async Task By_a_client_certificate()
    {
        _ = SecuredBroker.Listener("SSL");
        await Broker.AllowAliceAsync(Name("orders"));

        await BacksUpAndRestoresAsync("SSL", [.. SecuredBroker.Tls(), .. SecuredBroker.ClientCertificate()]);
    }

    [SkippableFact]
    public async Task By_a_client_certificate_whose_key_has_a_password()
    {
        _ = SecuredBroker.Listener("SSL");
        await Broker.AllowAliceAsync(Name("orders"));

        await BacksUpAndRestoresAsync("SSL",
            [.. SecuredBroker.Tls(), .. SecuredBroker.ClientCertificate(key: "client-key-encrypted.pem"), "ssl_key_password: key-secret"]);
    }

    [SkippableTheory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public Task By_login(string mechanism) => BacksUpAndRestoresAsync("SASL", SecuredBroker.Login(mechanism));

    [SkippableFact]
    public async Task By_a_login_whose_password_is_in_a_file()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "admin-secret\n");

        await BacksUpAndRestoresAsync("SASL", [.. SecuredBroker.Login("PLAIN").SkipLast(1), $"sasl_password_file: {file}"]);
        File.Delete(file);
    }

    [SkippableTheory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA256")]
    [InlineData("SCRAM-SHA512")]
    public Task By_login_over_tls(string mechanism) => BacksUpAndRestoresAsync("SASL_SSL", SecuredBroker.LoginOverTls(mechanism));

    [SkippableFact]
    public async Task By_a_token()
    {
        using var endpoint = new TokenEndpoint();

        await BacksUpAndRestoresAsync("SASL", endpoint.Login(TokenEndpoint.Secret, "sasl_oauth_scope: backup"));

        Assert.All(endpoint.Requests, request => Assert.Equal("grant_type=client_credentials&scope=backup", request));
    }

    private async Task BacksUpAndRestoresAsync(string listener, IReadOnlyList<string> security)
    {
        var address = SecuredBroker.Listener(listener);
        var topic = await NewTopicAsync(partitions: 2);
        var produced = await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.OfAllShapes());
        produced.Add(await Broker.ProduceAsync(new PartitionId(topic, 1), SampleRecords.Plain(200)));
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Broker = address, Security = security };

        (await backup.SucceedAsync()).AssertSaysNothingOf("secret");

        StoredRecords.AssertExactly(backup, produced);

        await Broker.CreateTopicAsync(Name("restored"), 2);
        await Broker.AllowAliceAsync(Name("restored"), [AclOperation.All]);
        var restored = await backup.RestoreAsync(new Dictionary<string, string> { [topic] = Name("restored") }, TestBackup.IntoExisting);
        restored.AssertExit(Ok).AssertSaysNothingOf("secret");
        await AssertRestoredAsync(Name("restored"), produced);
    }
}
