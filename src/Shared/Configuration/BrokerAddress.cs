using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Checks one entry of <c>bootstrap_servers</c>, in a file or on a command line.</summary>
public static class BrokerAddress
{
    /// <summary>What <paramref name="text"/> breaks, as "must be ...", or null when it is <c>host:port</c> or <c>[IPv6]:port</c>.</summary>
    public static string? Objection(string text)
    {
        if (text.Contains(',', StringComparison.Ordinal))
        {
            return "must be one host:port; write each broker as a list entry of its own";
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        if (!IsHost(host) && !IsBracketedIPv6(host))
        {
            return "must be host:port, an IPv6 address in brackets";
        }

        return IsPort(text[(colon + 1)..]) ? null : "must be host:port with a port from 1 to 65535";
    }

    // Wider than DNS: names of containers and compose services may have underscores.
    private static bool IsHost(string host) =>
        host.Length > 0 && host.All(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_');

    private static bool IsBracketedIPv6(string host) =>
        host is ['[', .. var inner, ']'] && IPAddress.TryParse(inner, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    private static bool IsPort(string port) =>
        ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
}
