using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class ClientErrorsTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ClientErrors _errors;

    public ClientErrorsTests() => _errors = new ClientErrors(_clock);

    public void Dispose() => _errors.Dispose();

    [Fact]
    public void Waiting_ends_at_once_when_the_only_broker_refuses_the_login()
    {
        Login("a:1");
        Assert.False(_errors.Refused.IsCompleted);

        AllDown();

        Assert.True(_errors.Refused.IsCompleted);
    }

    [Fact]
    public void An_answer_that_is_too_large_is_told_by_its_size_until_something_is_heard()
    {
        Oversize("UP");
        Oversize("UP");
        Assert.Equal((110_000_149L, 2), _errors.Oversize);

        _errors.Reset();
        Assert.Equal((0L, 0), _errors.Oversize);
    }

    /// <summary>An HTTP server, or one that wants TLS, answers with letters that make large numbers.</summary>
    [Fact]
    public void What_never_was_a_broker_sends_no_answers_that_are_too_large()
    {
        Oversize("APIVERSION_QUERY");

        Assert.Equal((0L, 0), _errors.Oversize);
    }

    [Fact]
    public void Other_brokers_have_five_seconds_to_do_better_than_the_one_that_refused()
    {
        Login("a:1");

        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(_errors.Refused.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(_errors.Refused.IsCompleted);
    }

    [Fact]
    public void A_refusal_is_forgotten_when_something_was_heard()
    {
        Login("a:1");
        var before = _errors.Refused;

        _errors.Reset();
        _clock.Advance(TimeSpan.FromMinutes(1));
        AllDown();

        Assert.False(before.IsCompleted);
        Assert.False(_errors.Refused.IsCompleted);
        Assert.Empty(_errors.Worst);
    }

    [Fact]
    public void Brokers_that_cannot_be_reached_are_waited_for()
    {
        Refuse("a:1");
        AllDown();

        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.False(_errors.Refused.IsCompleted);
        Assert.False(_errors.Suspected.IsCompleted);
    }

    [Fact]
    public void Connections_that_are_closed_at_once_raise_a_suspicion_after_three_seconds()
    {
        _errors.Note(new LogMessage("kafka", SyslogLevel.Info, "FAIL",
            "[thrd:a:1/bootstrap]: a:1/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN (after 3ms in state APIVERSION_QUERY)"));
        AllDown();
        Assert.False(_errors.Suspected.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(3.1));

        Assert.True(_errors.Suspected.IsCompleted);
        Assert.False(_errors.Refused.IsCompleted);
    }

    [Fact]
    public void The_token_endpoint_is_asked_once_only()
    {
        _errors.Note(new Error(ErrorCode.Local_Authentication, "Failed to acquire SASL OAUTHBEARER token: {\"error\": \"invalid_client\"}"));

        Assert.True(_errors.Refused.IsCompleted);
    }

    [Fact]
    public void The_gravest_kind_is_told_with_each_address()
    {
        Refuse("a:1");
        Login("b:2");
        Login("c:3");
        Refuse("c:3");

        Assert.Equal(["b:2", "c:3"], _errors.Worst.Select(problem => problem.Address).Order());
        Assert.All(_errors.Worst, problem => Assert.Equal(SourceProblemKind.Login, problem.Kind));
    }

    [Fact]
    public void What_librdkafka_counts_in_parentheses_is_left_out_whole()
    {
        _errors.Note(new Error(ErrorCode.Local_Transport, "a:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT, 3 identical error(s) suppressed)"));

        Assert.Equal("Connection refused", Assert.Single(_errors.Worst).Reason);
    }

    private void Login(string address) => _errors.Note(new Error(ErrorCode.Local_Authentication,
        $"sasl_plaintext://{address}/bootstrap: SASL authentication error: Authentication failed (after 324ms in state AUTH_REQ)"));

    private void Refuse(string address) => _errors.Note(new Error(ErrorCode.Local_Transport,
        $"{address}/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)"));

    private void AllDown() => _errors.Note(new Error(ErrorCode.Local_AllBrokersDown, "1/1 brokers are down"));

    private void Oversize(string state) => _errors.Note(new Error(ErrorCode.Local_BadMsg,
        "a:1/1: Receive failed: Invalid response size 110000149 (0..100000000): increase receive.message.max.bytes (after 1ms in state " + state + ")"));
}
