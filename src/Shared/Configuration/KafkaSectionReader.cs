namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the sections <c>source</c> and <c>target</c>.</summary>
internal static class KafkaSectionReader
{
    private const string Unneeded = "is of no use without";

    /// <summary>What restores are written by speaks no Kerberos.</summary>
    private static readonly Dictionary<string, string> RefusedForTargets = new()
    {
        ["GSSAPI"] = "'GSSAPI' (Kerberos) is for sources only: what writes to a target does not speak it; use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM",
    };

    /// <summary>The section called <paramref name="name"/>, or null after a report.</summary>
    public static KafkaSection? Read(YamlMapReader map, string name)
    {
        var value = map.Required("bootstrap_servers");
        var servers = value?.TextList(BrokerAddress.Objection);
        var (client, rack) = name == "source" ? (ReadClient(map), map.Text("client_rack")) : (null, null);
        var topics = map.Section("topics", ReadTopics) ?? new TopicsSection();
        var security = map.Section("security", inner => ReadSecurity(inner, name)) ?? new SecuritySection();
        var connection = map.Section("connection", ReadConnection) ?? new ConnectionSection();
        if (servers is { Count: 0 })
        {
            value!.Report("must name at least one broker as host:port");
        }

        return servers is null ? null : new KafkaSection { Name = name, BootstrapServers = servers, Client = client, ClientRack = rack, Topics = topics, Security = security, Connection = connection };
    }

    private static SourceClient? ReadClient(YamlMapReader map) => map.Choice("client", ["native", "librdkafka"]) switch
    {
        "native" => SourceClient.Native,
        "librdkafka" => SourceClient.Librdkafka,
        _ => null,
    };

    private static TopicsSection ReadTopics(YamlMapReader map) => new()
    {
        Include = map.TextList("include") ?? [],
        Exclude = map.TextList("exclude") ?? [],
    };

    private static ConnectionSection ReadConnection(YamlMapReader map)
    {
        var defaults = new ConnectionSection();
        return new ConnectionSection
        {
            TcpKeepalive = map.Boolean("tcp_keepalive") ?? defaults.TcpKeepalive,
            TcpNoDelay = map.Boolean("tcp_nodelay") ?? defaults.TcpNoDelay,
        };
    }

    private static SecuritySection ReadSecurity(YamlMapReader map, string section)
    {
        var protocol = map.Choice("security_protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]);
        var mechanism = map.Value("sasl_mechanism");
        var refused = section == "target" ? RefusedForTargets : [];
        var name = mechanism?.Choice([.. SaslMechanismNames.Names.Except(refused.Keys)], SaslMechanismNames.OtherNames, refused);
        var read = new SecuritySection
        {
            Protocol = protocol switch
            {
                "SSL" => SecurityProtocol.Ssl,
                "SASL_PLAINTEXT" => SecurityProtocol.SaslPlaintext,
                "SASL_SSL" => SecurityProtocol.SaslSsl,
                _ => SecurityProtocol.Plaintext,
            },
            Mechanism = name is null ? null : SaslMechanismNames.Of(name),
            Username = map.Text("sasl_username"),
            UsernameFile = map.Text("sasl_username_file"),
            Password = SecretReader.Password(map.Value("sasl_password")),
            PasswordFile = map.Text("sasl_password_file"),
            OAuth = LoginReader.OAuth(map, isUsed: name == "OAUTHBEARER"),
            AwsRegion = LoginReader.AwsRegion(map, isUsed: name == "AWS_MSK_IAM"),
            Kerberos = LoginReader.Kerberos(map, isUsed: name == "GSSAPI"),
            CaLocation = map.Text("ssl_ca_location"),
            CertificateLocation = map.Text("ssl_certificate_location"),
            KeyLocation = map.Text("ssl_key_location"),
            KeyPassword = SecretReader.Password(map.Value("ssl_key_password")),
        };
        if (protocol is not null || !map.Has("security_protocol"))
        {
            CheckTogether(map, read, hasMechanism: mechanism is not null);
        }

        return read;
    }

    /// <summary>Keys that need each other. A secret that is given and not used is reported as well: somebody believes that it protects.</summary>
    private static void CheckTogether(YamlMapReader map, SecuritySection section, bool hasMechanism)
    {
        const string Sasl = "security_protocol SASL_PLAINTEXT or SASL_SSL", Tls = "security_protocol SSL or SASL_SSL";
        if (section.IsSasl && !hasMechanism)
        {
            map.Required("sasl_mechanism");
        }

        foreach (var key in new[] { "sasl_mechanism", "sasl_username", "sasl_username_file", "sasl_password", "sasl_password_file" }.Where(key => !section.IsSasl && map.Value(key) is not null))
        {
            map.Value(key)!.Report($"{Unneeded} {Sasl}");
        }

        foreach (var key in new[] { "ssl_ca_location", "ssl_certificate_location", "ssl_key_location", "ssl_key_password" }
            .Where(key => !section.IsTls && map.Value(key) is not null))
        {
            map.Value(key)!.Report($"{Unneeded} {Tls}");
        }

        LoginReader.RefuseUser(map, section.Mechanism);
        if (section is { IsSasl: true, Mechanism: SaslMechanism.Plain or SaslMechanism.ScramSha256 or SaslMechanism.ScramSha512 })
        {
            RequireOne(map, "sasl_username");
            RequireOne(map, "sasl_password");
        }

        RequireBoth(map, "ssl_certificate_location", "ssl_key_location");
        if (map.Value("ssl_key_password") is { } password && map.Value("ssl_key_location") is null)
        {
            password.Report($"{Unneeded} ssl_key_location");
        }
    }

    /// <summary>A text, or the file that holds it.</summary>
    private static void RequireOne(YamlMapReader map, string name)
    {
        if (map.Value($"{name}_file") is null)
        {
            map.Required(name);
        }
        else
        {
            map.Value(name)?.Report($"is of no use beside {name}_file: give one of them");
        }
    }

    private static void RequireBoth(YamlMapReader map, string first, string second)
    {
        if (map.Value(first) is not null != map.Value(second) is not null)
        {
            map.Required(first);
            map.Required(second);
        }
    }
}
