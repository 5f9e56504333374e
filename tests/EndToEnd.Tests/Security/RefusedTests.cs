using System.Text.Json.Nodes;
using Confluent.Kafka.Admin;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Security;

/// <summary>Whoever is refused reads why, where, and what to change.</summary>
public sealed class RefusedTests : BrokerTest
{
    private const int Usage = 2;
    private const int Incomplete = 3;
    private const int Source = 4;

    [SkippableTheory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task A_wrong_password(string mechanism)
    {
        var run = await RefusedAsync(SecuredBroker.Listener("SASL"), SecuredBroker.Login(mechanism, "admin", "wr0ng"));

        run.AssertSays("the login as 'admin' is refused").AssertSays("Check source.security.sasl_username and source.security.sasl_password")
            .AssertSaysNothingOf("wr0ng");
    }

    [SkippableFact]
    public async Task A_wrong_password_over_tls()
    {
        var run = await RefusedAsync(SecuredBroker.Listener("SASL_SSL"), SecuredBroker.LoginOverTls("SCRAM-SHA-512", "admin", "wr0ng"));

        run.AssertSays("the login as 'admin' is refused").AssertSaysNothingOf("wr0ng");
    }

    [SkippableFact]
    public async Task A_certificate_of_an_authority_that_is_not_trusted()
    {
        var run = await RefusedAsync(SecuredBroker.Listener("SSL"), SecuredBroker.Tls("stranger-ca.crt"));

        run.AssertSays($"which '{SecuredBroker.Certificate("stranger-ca.crt")}' does not hold. Set ssl_ca_location");
    }

    [SkippableFact]
    public async Task A_certificate_of_an_authority_that_the_system_does_not_trust()
    {
        var run = await RefusedAsync(SecuredBroker.Listener("SSL"), ["security_protocol: SSL"]);

        run.AssertSays("which this system does not trust. Set ssl_ca_location");
    }

    [SkippableFact]
    public async Task A_certificate_for_another_name()
    {
        using var detour = new Detour(SecuredBroker.Listener("SSL"));

        var run = await RefusedAsync(detour.Address, SecuredBroker.Tls());

        run.AssertSays("not for 127.0.0.2. Use a name that it has in bootstrap_servers");
    }

    [SkippableFact]
    public async Task No_client_certificate_where_one_is_demanded()
    {
        var run = await RefusedAsync(SecuredBroker.Listener("SASL_SSL"),
            [.. SecuredBroker.LoginOverTls("PLAIN").Where(line => !line.StartsWith("ssl_certificate", StringComparison.Ordinal) && !line.StartsWith("ssl_key", StringComparison.Ordinal))]);

        run.AssertSays("the brokers want a client certificate").AssertSays("Set source.security.ssl_certificate_location and ssl_key_location.");
    }

    [SkippableFact]
    public async Task A_client_certificate_of_a_stranger()
    {
        var run = await RefusedAsync(SecuredBroker.Listener("SASL_SSL"),
            [.. SecuredBroker.LoginOverTls("PLAIN").SkipLast(2), .. SecuredBroker.ClientCertificate("stranger.crt", "stranger.key")]);

        run.AssertSays($"do not accept the client certificate in '{SecuredBroker.Certificate("stranger.crt")}'");
    }

    [SkippableFact]
    public async Task A_secret_that_the_token_endpoint_refuses()
    {
        using var endpoint = new TokenEndpoint();

        var run = await RefusedAsync(SecuredBroker.Listener("SASL"), endpoint.Login("wr0ng"), endpoint.Url);

        run.AssertSays($"{endpoint.Url} gives no usable token").AssertSays("invalid_client").AssertSaysNothingOf("wr0ng");
    }

    [SkippableTheory]
    [InlineData("SSL", "as a listener does that wants TLS or a login")]
    [InlineData("SASL", "as a listener does that wants TLS or a login")]
    public async Task Plaintext_at_a_listener_that_wants_more(string listener, string sentence)
    {
        (await RefusedAsync(SecuredBroker.Listener(listener), [])).AssertSays(sentence).AssertSays("security_protocol");
    }

    [SkippableFact]
    public async Task Tls_at_a_listener_without()
    {
        (await RefusedAsync(SecuredBroker.Listener("SASL"), SecuredBroker.Tls())).AssertSays("as a listener without TLS does").AssertSays("security_protocol");
    }

    [SkippableFact]
    public async Task A_login_at_a_listener_that_knows_none()
    {
        _ = SecuredBroker.Listener("SASL");
        (await RefusedAsync(Broker.Address, SecuredBroker.Login("PLAIN"))).AssertSays("the listener does not take source.security.sasl_mechanism");
    }

    [SkippableFact]
    public async Task A_topic_without_rights_fails_alone()
    {
        var address = SecuredBroker.Listener("SASL");
        PartitionId open = new(await NewTopicAsync("open"), 0), shut = new(await NewTopicAsync("shut"), 0);
        await Broker.AllowAliceAsync(open.Topic);
        await Broker.AllowAliceAsync(shut.Topic, mayRead: false);
        var produced = await Broker.ProduceAsync(open, SampleRecords.Plain(100));
        await Broker.ProduceAsync(shut, SampleRecords.Plain(100));
        var backup = NewBackup(open.Topic, shut.Topic);
        backup.Config = backup.Config with { Broker = address, Security = SecuredBroker.Login("SCRAM-SHA-256", "alice") };

        var run = await backup.RunAsync();

        run.AssertExit(Incomplete).AssertSays($"{shut}: the user has no right to read it. Give the user the rights Describe and Read on topic '{shut.Topic}'.");
        StoredRecords.AssertExactly(backup, produced);
    }

    [SkippableFact]
    public async Task A_topic_that_the_user_may_not_see_is_told_from_nothing()
    {
        var address = SecuredBroker.Listener("SASL");
        var topic = await NewTopicAsync();
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Broker = address, Security = SecuredBroker.Login("PLAIN", "alice") };

        (await backup.RunAsync()).AssertExit(Source).AssertOneFailure($"'{topic}'").AssertSays("it does not exist, or the user may not describe it");
    }

    [SkippableFact]
    public async Task A_right_that_a_restore_lacks_is_told_before_anything_is_written()
    {
        var address = SecuredBroker.Listener("SASL");
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(10));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var target = await NewTopicAsync("target", 1, ("retention.ms", "-1"), ("message.timestamp.after.max.ms", "9223372036854775807"));
        await Broker.AllowAliceAsync(target, [AclOperation.Describe, AclOperation.DescribeConfigs]);
        backup.Config = backup.Config with { Broker = address, Security = SecuredBroker.Login("PLAIN", "alice") };
        var (mapping, plan) = (new Dictionary<string, string> { [topic] = target }, Path.Combine(backup.Root, "plan.json"));
        var sentence = $"The user may not write to it: topic '{target}' at the target. Give the user the right Write on the topic.";

        (await backup.RestoreAsync(mapping, TestBackup.IntoExisting, "dry_run: true", $"--report {plan}")).AssertExit(Source).AssertSays(sentence).AssertSays("10 records");
        (await backup.RestoreAsync(mapping, TestBackup.IntoExisting)).AssertExit(Source).AssertOneFailure(sentence);
        Assert.Equal("""["Describe","DescribeConfigs"]""", JsonNode.Parse(await File.ReadAllTextAsync(plan))!["topics_to_restore"]![0]!["rights"]!.ToJsonString());

        await Broker.AllowAliceAsync(target, [AclOperation.Write, AclOperation.Read]);
        (await backup.RestoreAsync(mapping, TestBackup.IntoExisting)).AssertExit(0);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_before_anything_is_connected_to()
    {
        var backup = NewBackup("orders");
        var missing = Path.Combine(backup.Root, "missing.pem");
        backup.Config = backup.Config with { Broker = "127.0.0.1:1", Security = ["security_protocol: SSL", $"ssl_ca_location: {missing}"] };

        (await backup.RunAsync()).AssertExit(Usage).AssertOneFailureOf(backup, $"source.security.ssl_ca_location: the file '{missing}' does not exist.");
    }

    private async Task<CliResult> RefusedAsync(string address, IReadOnlyList<string> security, string? place = null)
    {
        var backup = NewBackup("orders");
        backup.Config = backup.Config with { Broker = address, Security = security };
        return (await backup.RunAsync()).AssertExit(Source).AssertOneFailure(place ?? address);
    }
}
