using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>Helm, where tests are given it, and our chart.</summary>
internal static class Helm
{
    private const string Variable = "KAFKA_BACKUP_TEST_HELM";

    public static string Chart { get; } = Path.Combine(Repository.Root, "deploy/helm/kafka-backup");

    /// <summary>Why there is none; null: there is.</summary>
    public static string? WhyNot => Program is null ? $"{Variable} names no helm." : null;

    private static string? Program => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } helm ? helm : null;

    /// <summary>What Helm writes; an error is a failure.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await TryAsync(arguments);

        Assert.True(exitCode == 0, $"helm {string.Join(' ', arguments)}: {errors}{output}");
        return output;
    }

    /// <summary>What becomes of Helm.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> TryAsync(params string[] arguments)
    {
        Skip.IfNot(WhyNot is null, WhyNot);
        return Tool.RunAsync(Program!, "", arguments);
    }

    /// <summary>All that the chart makes.</summary>
    public static Task<string> RenderAsync(string release, string space, params string[] set) =>
        RunAsync(["template", release, Chart, "--namespace", space, .. set.SelectMany(value => (string[])["--set", value])]);
}
