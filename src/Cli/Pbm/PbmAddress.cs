using System.Diagnostics.CodeAnalysis;
using KafkaBackup.Management.Pbm;

namespace KafkaBackup.Cli.Pbm;

/// <summary>Where a node listens for commands in the manner of <c>pbm</c>.</summary>
/// <param name="Host">The name or address; of IPv6 without brackets.</param>
/// <param name="Port">The port.</param>
internal sealed record PbmAddress(string Host, int Port)
{
    /// <summary>This machine, on the usual port.</summary>
    public static PbmAddress Default { get; } = new("127.0.0.1", PbmSettings.DefaultPort);

    /// <summary>Reads <c>host:port</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PbmAddress? address)
    {
        var colon = text.LastIndexOf(':');
        address = colon > 0 && int.TryParse(text[(colon + 1)..], out var port) && port is > 0 and <= ushort.MaxValue
            && !text.Contains('/', StringComparison.Ordinal)
            ? new PbmAddress(text[..colon].Trim('[', ']'), port)
            : null;
        return address is not null;
    }

    /// <inheritdoc />
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
