using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client.Security;

/// <summary>OpenSSL's server, which says in an alert why it refuses a client, as Kafka's brokers do and .NET's server does not.</summary>
internal sealed class OpenSslServer : IDisposable
{
    private readonly Process _process;

    private OpenSslServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Wants a client certificate of an authority.</summary>
    /// <param name="certificate">The file with its own certificate.</param>
    /// <param name="key">The file with the key of that.</param>
    /// <param name="authority">The file with the authority.</param>
    /// <param name="version">The option for the version of TLS.</param>
    public static async Task<OpenSslServer> StartDemandingOrSkipAsync(string certificate, string key, string authority, string version)
    {
        var start = new ProcessStartInfo(
            "openssl",
            ["s_server", "-accept", "127.0.0.1:0", version, "-cert", certificate, "-key", key,
                "-CAfile", authority, "-Verify", "2", "-verify_return_error"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception)
        {
            // Skipped below.
        }

        Skip.If(process is null, "openssl is not installed.");
        process!.ErrorDataReceived += (_, _) => { }; // Nobody needs it, and it must not fill the pipe.
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("ACCEPT ", StringComparison.Ordinal))
            {
                return new OpenSslServer(process, int.Parse(line[(line.LastIndexOf(':') + 1)..]));
            }
        }

        throw new InvalidOperationException($"openssl s_server has ended with {process.ExitCode}.");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
