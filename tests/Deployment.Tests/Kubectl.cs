namespace KafkaBackup.Deployment.Tests;

/// <summary>kubectl, and the API server that it talks to, where tests are given them.</summary>
internal static class Kubectl
{
    private const string Variable = "KAFKA_BACKUP_TEST_KUBECTL";

    /// <summary>Why there is nothing to test with; null when there is.</summary>
    public static string? WhyNot => Program is null ? $"{Variable} names no kubectl."
        : Environment.GetEnvironmentVariable("KUBECONFIG") is null or "" ? "KUBECONFIG names no API server."
        : null;

    private static string? Program => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } kubectl ? kubectl : null;

    /// <summary>What kubectl writes; an error and a warning are failures.</summary>
    public static Task<string> RunAsync(params string[] arguments) => RunAsync("", arguments);

    /// <summary>What kubectl writes that reads a text; an error and a warning are failures.</summary>
    public static async Task<string> RunAsync(string input, string[] arguments)
    {
        var (exitCode, output, errors) = await TryAsync(input, arguments);

        Assert.True(exitCode == 0 && !errors.Contains("Warning", StringComparison.Ordinal), $"kubectl {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    /// <summary>What becomes of kubectl when it reads a text.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> TryAsync(string input, string[] arguments) => Tool.RunAsync(Program!, input, arguments);
}
