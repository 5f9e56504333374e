using System.Text.Json;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class OutputTests : BrokerTest
{
    [Fact]
    public async Task Quiet_says_nothing_when_all_is_well()
    {
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(10));
        var backup = NewBackup(topic);

        var result = await backup.RunAsync("--quiet");

        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Verbose_lines_have_one_level_each_those_of_Akka_too()
    {
        using var unreachable = new TestBackup("127.0.0.1:1", "nightly", ["nothing"]);

        var result = await unreachable.RunAsync("--verbose");

        Assert.Contains(result.Log, line => line.Contains("Starting remoting", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Log, line => line.Contains("] [", StringComparison.Ordinal) || line.Contains("Thread ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_logs_are_one_object_a_line_with_the_values_as_fields()
    {
        var topic = await NewTopicAsync();
        await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(10));
        var backup = NewBackup(topic);

        var result = await backup.RunAsync("--log-format", "json");

        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var done = Assert.Single(lines, line => line.GetProperty("message").GetString() == "Backed up 10 records across 1 topic");
        Assert.Equal(("INFO", 10), (done.GetProperty("level").GetString(), done.GetProperty("records").GetInt64()));
        Assert.All(lines, line => Assert.True(line.GetProperty("time").TryGetDateTimeOffset(out _)));
    }

    [Fact]
    public async Task Json_logs_tell_of_failures_in_json_too()
    {
        using var scratch = new TestBackup("127.0.0.1:1", "nightly", ["nothing"]);

        var result = await scratch.RunAsync("--log-format", "json");

        var last = JsonDocument.Parse(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        Assert.Equal((4, "ERROR"), (result.ExitCode, last.GetProperty("level").GetString()));
    }

    [Fact]
    public async Task Verbose_and_quiet_exclude_each_other()
    {
        var result = await CliRun.RunAsync("backup", "-c", "none.yaml", "--verbose", "--quiet");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--verbose and --quiet exclude each other", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("list")]
    [InlineData("describe")]
    public async Task The_help_of_every_command_has_an_example(string command)
    {
        var result = await CliRun.RunAsync(command, "--help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"Example: kafka-backup {command} ", result.Output, StringComparison.Ordinal);
    }
}
