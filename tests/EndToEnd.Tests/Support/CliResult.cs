namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>How a process ended and what it said.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard error, which is where logs and failures go; without the one that tells of a <c>source.client</c> that all tests were given from outside.</summary>
    public IReadOnlyList<string> Log =>
    [
        .. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => BackupConfigFile.Client is null || !line.StartsWith("[INFO] Records are read by source.client ", StringComparison.Ordinal)),
    ];

    public CliResult AssertExit(params IReadOnlyList<int> expected)
    {
        Assert.True(expected.Contains(ExitCode), $"Exit code {ExitCode} instead of {string.Join(" or ", expected)}:\n{Error}");
        return AssertSentences();
    }

    public CliResult AssertSays(string part)
    {
        Assert.True(Error.Contains(part, StringComparison.Ordinal), $"'{part}' was not said:\n{Error}");
        return this;
    }

    public CliResult AssertSaysNothingOf(string part)
    {
        Assert.DoesNotContain(part, Error, StringComparison.Ordinal);
        return this;
    }

    /// <summary>Asserts that exactly one line tells of a failure, and that it holds <paramref name="part"/>.</summary>
    public CliResult AssertOneFailure(string part)
    {
        var failure = Assert.Single(Log, line => line.StartsWith("Error: ", StringComparison.Ordinal));
        Assert.True(failure.Contains(part, StringComparison.Ordinal), $"'{part}' is not what failed:\n{Error}");
        Assert.EndsWith(".", failure, StringComparison.Ordinal);
        return this;
    }

    /// <summary>As <see cref="AssertOneFailure"/>, of a configuration file, whose path stands in front.</summary>
    public CliResult AssertOneFailureOf(TestBackup backup, string part)
    {
        var failure = Assert.Single(Log, line => line.StartsWith("Error: ", StringComparison.Ordinal));
        Assert.StartsWith($"Error: {backup.ConfigPath}: ", failure, StringComparison.Ordinal);
        Assert.Contains(part, failure, StringComparison.Ordinal);
        return this;
    }

    /// <summary>Asserts that a failure is told in sentences, not by a stack trace.</summary>
    private CliResult AssertSentences()
    {
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", Error, StringComparison.Ordinal);
        Assert.True(ExitCode is 0 or 130 || Log.Count > 0 || Output.Length > 0, $"Exit code {ExitCode} without a word.");
        return this;
    }
}
