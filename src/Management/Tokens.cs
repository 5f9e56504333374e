using System.Security.Cryptography;
using System.Text;

namespace KafkaBackup.Management;

/// <summary>Compares what is given with what a node demands.</summary>
internal static class Tokens
{
    /// <summary>Whether they are the same; how long it takes tells nothing about how much of them is.</summary>
    public static bool AreEqual(string given, string demanded) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(demanded)));
}
