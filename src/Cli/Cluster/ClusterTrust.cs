using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Cluster;

/// <summary>The authorities by which a command knows nodes that speak TLS at their ports for commands.</summary>
/// <param name="authorities">Theirs; null: the machine's.</param>
internal sealed class ClusterTrust(X509Certificate2Collection? authorities)
{
    /// <summary>What names the machine's own authorities in place of a file.</summary>
    private const string Machine = "system";

    private const string Variable = "KAFKA_BACKUP_CA";

    /// <summary>Reads the option, or the variable in place of it; null where neither is given: nodes speak in the clear.</summary>
    /// <exception cref="BackupException">There are no certificates in the file.</exception>
    public static ClusterTrust? Read(string? file)
    {
        if ((file ?? Environment.GetEnvironmentVariable(Variable)) is not { Length: > 0 } name)
        {
            return null;
        }

        if (name == Machine)
        {
            return new ClusterTrust(null);
        }

        var source = file is null ? Variable : "--ca";
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(File.ReadAllText(name));
            return authorities.Count > 0
                ? new ClusterTrust(authorities)
                : throw new BackupException(FailureKind.Configuration, $"{source}: there is no certificate in '{name}'. It has to be in PEM format.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BackupException(FailureKind.Configuration, $"{source}: '{name}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A certificate has to be signed by an authority, and be valid today.</summary>
    public X509ChainPolicy ToPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }

    /// <summary>How a connection to <paramref name="host"/> is made: its certificate has to have that name, too.</summary>
    public SslClientAuthenticationOptions OptionsFor(string host) => new() { TargetHost = host, CertificateChainPolicy = ToPolicy() };
}
