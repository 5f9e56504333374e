using System.Net.Security;
using Akka.Configuration;
using KafkaBackup.Shared;

namespace KafkaBackup.Management.Pbm;

/// <summary>Where a node listens for commands in the manner of <c>pbm</c>.</summary>
/// <param name="Host">The address.</param>
/// <param name="Port">The port; 0: a free one.</param>
/// <param name="Token">Demanded of whoever sends a command; empty: nobody is asked for one.</param>
public sealed record PbmSettings(string Host, int Port, string Token)
{
    /// <summary>What the node shows of itself; null: it speaks in the clear.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>The port that <c>pbm</c> looks at.</summary>
    public const int DefaultPort = 9110;

    /// <summary>Reads <c>kafka-backup.pbm</c>; null when the node is not to listen.</summary>
    /// <exception cref="BackupException">It is wrong.</exception>
    public static PbmSettings? Read(Config hocon)
    {
        var text = hocon.GetString("kafka-backup.pbm.port", "");
        if (text is "" or "-1")
        {
            return null;
        }

        var settings = new PbmSettings(
            hocon.GetString("kafka-backup.pbm.host"),
            int.TryParse(text, out var port) && port is >= 0 and <= ushort.MaxValue
                ? port
                : throw new BackupException(FailureKind.Configuration,
                    $"kafka-backup.pbm.port is '{text}'. Give a port up to 65535, or -1 to listen on none."),
            hocon.GetString("kafka-backup.pbm.token", ""));
        return settings.Token.Length > 0 || ListenAddress.IsLoopback(settings.Host)
            ? settings
            : throw new BackupException(FailureKind.Configuration,
                $"kafka-backup.pbm.host is {settings.Host}, where others can reach it, and there is no token. "
                + "Set KAFKA_BACKUP_PBM_TOKEN, listen on 127.0.0.1, or set KAFKA_BACKUP_PBM_PORT to -1.");
    }
}
