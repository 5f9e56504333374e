namespace KafkaBackup.EndToEnd.Tests.Security;

/// <summary>The guarded listeners of the real broker that <c>KAFKA_BACKUP_TEST_BROKER</c> names, where the variables name them.</summary>
/// <remarks>
/// The broker has an authorizer; users of SASL <c>admin</c> (may do all) and <c>alice</c> (nothing, until it is given), with passwords
/// <c>…-secret</c>; a listener SSL that asks for a client certificate, and SASL_SSL that demands one. A client certificate makes <c>alice</c>.
/// </remarks>
internal static class SecuredBroker
{
    private const string Variable = "KAFKA_BACKUP_TEST_BROKER";

    /// <summary>host:port of the listener for <c>SSL</c>, <c>SASL</c> or <c>SASL_SSL</c>; skips the test when there is none.</summary>
    public static string Listener(string protocol) => Of($"{Variable}_{protocol}");

    /// <summary>A file among the broker's certificates.</summary>
    public static string Certificate(string name) => Path.Combine(Of("KAFKA_BACKUP_TEST_CERTS"), name);

    /// <summary>Lines of <c>source.security</c> for TLS.</summary>
    public static IReadOnlyList<string> Tls(string authority = "ca.pem") =>
        ["security_protocol: SSL", $"ssl_ca_location: {Certificate(authority)}"];

    /// <summary>Lines for the client's certificate and key.</summary>
    public static IReadOnlyList<string> ClientCertificate(string certificate = "client-cert.pem", string key = "client-key.pem") =>
        [$"ssl_certificate_location: {Certificate(certificate)}", $"ssl_key_location: {Certificate(key)}"];

    /// <summary>Lines for a login over SASL_PLAINTEXT.</summary>
    public static IReadOnlyList<string> Login(string mechanism, string user = "admin", string? password = null) =>
        ["security_protocol: SASL_PLAINTEXT", $"sasl_mechanism: {mechanism}", $"sasl_username: {user}", $"sasl_password: {password ?? user + "-secret"}"];

    /// <summary>Lines for a login over SASL_SSL, with the certificate that the listener demands.</summary>
    public static IReadOnlyList<string> LoginOverTls(string mechanism, string user = "admin", string? password = null) =>
        ["security_protocol: SASL_SSL", .. Login(mechanism, user, password).Skip(1), .. Tls().Skip(1), .. ClientCertificate()];

    private static string Of(string variable)
    {
        Skip.If(Environment.GetEnvironmentVariable(Variable) is null or "", $"The embedded broker has no guarded listeners; {Variable} names no real one.");
        var value = Environment.GetEnvironmentVariable(variable);
        Skip.If(value is null or "", $"{variable} is not set.");
        return value!;
    }
}
