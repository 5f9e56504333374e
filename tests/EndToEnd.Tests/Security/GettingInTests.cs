using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Security;

/// <summary>Each way into a guarded cluster backs up a topic exactly.</summary>
public sealed class GettingInTests : BrokerTest
{
    [SkippableFact]
    public Task By_tls() => BacksUpExactlyAsync("SSL", SecuredBroker.Tls());

    [SkippableFact]
    public async Task By_a_client_certificate()
    {
        _ = SecuredBroker.Listener("SSL");
        await Broker.AllowAliceAsync(Name("orders"));

        await BacksUpExactlyAsync("SSL", [.. SecuredBroker.Tls(), .. SecuredBroker.ClientCertificate()]);
    }

    [SkippableFact]
    public async Task By_a_client_certificate_whose_key_has_a_password()
    {
        _ = SecuredBroker.Listener("SSL");
        await Broker.AllowAliceAsync(Name("orders"));

        await BacksUpExactlyAsync("SSL",
            [.. SecuredBroker.Tls(), .. SecuredBroker.ClientCertificate(key: "client-key-encrypted.pem"), "ssl_key_password: key-secret"]);
    }

    [SkippableTheory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public Task By_login(string mechanism) => BacksUpExactlyAsync("SASL", SecuredBroker.Login(mechanism));

    [SkippableFact]
    public async Task By_a_login_whose_password_is_in_a_file()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "admin-secret\n");

        await BacksUpExactlyAsync("SASL", [.. SecuredBroker.Login("PLAIN").SkipLast(1), $"sasl_password_file: {file}"]);
        File.Delete(file);
    }

    [SkippableTheory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA256")]
    [InlineData("SCRAM-SHA512")]
    public Task By_login_over_tls(string mechanism) => BacksUpExactlyAsync("SASL_SSL", SecuredBroker.LoginOverTls(mechanism));

    [SkippableFact]
    public async Task By_a_token()
    {
        using var endpoint = new TokenEndpoint();

        await BacksUpExactlyAsync("SASL", endpoint.Login(TokenEndpoint.Secret, "sasl_oauth_scope: backup"));

        Assert.All(endpoint.Requests, request => Assert.Equal("grant_type=client_credentials&scope=backup", request));
    }

    private async Task BacksUpExactlyAsync(string listener, IReadOnlyList<string> security)
    {
        var address = SecuredBroker.Listener(listener);
        var topic = await NewTopicAsync(partitions: 2);
        var produced = await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.OfAllShapes());
        produced.Add(await Broker.ProduceAsync(new PartitionId(topic, 1), SampleRecords.Plain(200)));
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Broker = address, Security = security };

        (await backup.SucceedAsync()).AssertSaysNothingOf("secret");

        StoredRecords.AssertExactly(backup, produced);
    }
}
