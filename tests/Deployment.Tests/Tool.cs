using System.Diagnostics;

namespace KafkaBackup.Deployment.Tests;

/// <summary>Programs that tests are given.</summary>
internal static class Tool
{
    /// <summary>What becomes of a program that reads a text.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, string input, string[] arguments)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (running.StandardOutput.ReadToEndAsync(), running.StandardError.ReadToEndAsync());
        await running.StandardInput.WriteAsync(input);
        running.StandardInput.Close();
        await running.WaitForExitAsync();
        return (running.ExitCode, await output, await errors);
    }
}
