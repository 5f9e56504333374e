using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Standard streams that take nothing: a closed one, and a full disk behind it.</summary>
public sealed class StandardStreamTests : BrokerTest
{
    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData("2>&- >&- <&-")]
    [InlineData("2>/dev/full >/dev/full")]
    public async Task A_run_whose_log_cannot_be_written_is_as_good_as_any(string redirection)
    {
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(10));
        var backup = NewBackup(topic);

        var result = await CliRun.RunRedirectedAsync(redirection, "backup", "-c", backup.WriteConfig());

        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
        Assert.Contains(
            "10", (await CliRun.RunAsync("list", "--path", backup.Store, "--backup-id", "nightly")).AssertExit(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    public async Task A_failure_that_cannot_be_told_keeps_its_exit_code(string redirection)
    {
        var result = await CliRun.RunRedirectedAsync(redirection, "list", "--path", "/no/such/directory");

        Assert.Equal((5, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Theory]
    [InlineData(">&-", "closed")]
    [InlineData(">/dev/full", "No space left on device")]
    public async Task A_result_that_cannot_be_written_is_a_failure_in_one_sentence(string redirection, string reason)
    {
        using var store = new TestBackup("127.0.0.1:1", "nightly", ["nothing"]);
        Directory.CreateDirectory(store.Store);

        foreach (var arguments in (string[][])[["list", "--path", store.Store], ["--help"], ["config", "check", "-c", store.WriteConfig()]])
        {
            var result = await CliRun.RunRedirectedAsync(redirection, arguments);

            result.AssertExit(1).AssertOneFailure("Cannot write the result to standard output").AssertSays(reason);
            Assert.Single(result.Log);
        }
    }
}
