namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Finds the authorities that the system trusts.</summary>
/// <remarks>For brokers librdkafka looks in these places by itself. Its client of token endpoints only knows the place of the system it was built on.</remarks>
internal static class SystemTrust
{
    private static readonly string[] Places =
    [
        "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch, Alpine
        "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL
        "/etc/ssl/ca-bundle.pem",                            // SUSE
        "/etc/ssl/cert.pem",                                 // Alpine, BSD, macOS
    ];

    /// <summary>The PEM file that <c>SSL_CERT_FILE</c> names, as everywhere with OpenSSL, or the system's own; null when there is none.</summary>
    public static string? BundlePath(Func<string, string?> environment) =>
        environment("SSL_CERT_FILE") is { Length: > 0 } named ? named : Places.FirstOrDefault(File.Exists);
}
