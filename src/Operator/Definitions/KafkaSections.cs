using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Definitions;

/// <summary>Writes <c>kafkaCluster</c> as <c>source</c> or <c>target</c> of a definition.</summary>
internal static class KafkaSections
{
    /// <summary>Brokers, connection and security.</summary>
    /// <param name="yaml">The section.</param>
    /// <param name="cluster">What the spec says.</param>
    /// <param name="space">The namespace of its secrets.</param>
    public static void Write(YamlLines yaml, KafkaClusterSpec cluster, string space)
    {
        yaml.List("bootstrap_servers", cluster.BootstrapServers, "spec.kafkaCluster.bootstrapServers")
            .Map("security", security => WriteSecurity(security, cluster, space))
            .Map("connection", connection => connection
                .Flag("tcp_keepalive", cluster.Connection.TcpKeepalive)
                .Flag("tcp_nodelay", cluster.Connection.TcpNodelay));
    }

    private static void WriteSecurity(YamlLines yaml, KafkaClusterSpec cluster, string space)
    {
        yaml.Text("security_protocol", cluster.SecurityProtocol, "spec.kafkaCluster.securityProtocol");
        if (cluster.SaslSecret is { } sasl)
        {
            const string Path = "spec.kafkaCluster.saslSecret";
            yaml.Text("sasl_mechanism", sasl.Mechanism, $"{Path}.mechanism");
            yaml = sasl.Username is null
                ? yaml.Own("sasl_username_file", SecretPath.Of(space, sasl.Name, sasl.UsernameKey, Path))
                : yaml.Text("sasl_username", sasl.Username, $"{Path}.username");
            yaml.Own("sasl_password_file", SecretPath.Of(space, sasl.Name, sasl.PasswordKey, Path));
        }

        if (cluster.CaSecret is { } authorities)
        {
            yaml.Own("ssl_ca_location", SecretPath.Of(space, authorities.Name, authorities.CaKey, "spec.kafkaCluster.caSecret"));
        }

        if (cluster.TlsSecret is { } tls)
        {
            const string Path = "spec.kafkaCluster.tlsSecret";
            yaml.Own("ssl_ca_location", cluster.CaSecret is null ? SecretPath.Of(space, tls.Name, tls.CaKey, Path) : null)
                .Own("ssl_certificate_location", tls.CertKey is { } certificate ? SecretPath.Of(space, tls.Name, certificate, Path) : null)
                .Own("ssl_key_location", tls.KeyKey is { } key ? SecretPath.Of(space, tls.Name, key, Path) : null);
        }
    }
}
