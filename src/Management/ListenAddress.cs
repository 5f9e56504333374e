using System.Net;

namespace KafkaBackup.Management;

/// <summary>Who can reach what a node listens on.</summary>
public static class ListenAddress
{
    /// <summary>Whether only this machine can.</summary>
    public static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
