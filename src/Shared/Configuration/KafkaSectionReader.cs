namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the sections <c>source</c> and <c>target</c>.</summary>
internal static class KafkaSectionReader
{
    private const string Unneeded = "is of no use without";

    private static readonly Dictionary<string, string> RefusedMechanisms = new()
    {
        ["GSSAPI"] = "'GSSAPI' (Kerberos) is not supported by this version; use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
    };

    private static readonly Dictionary<string, SaslMechanism> Mechanisms = new()
    {
        ["PLAIN"] = SaslMechanism.Plain,
        ["SCRAM-SHA-256"] = SaslMechanism.ScramSha256,
        ["SCRAM-SHA-512"] = SaslMechanism.ScramSha512,
        ["SCRAM-SHA256"] = SaslMechanism.ScramSha256,
        ["SCRAM-SHA512"] = SaslMechanism.ScramSha512,
        ["OAUTHBEARER"] = SaslMechanism.OAuthBearer,
    };

    /// <summary>The section called <paramref name="name"/>, or null after a report.</summary>
    public static KafkaSection? Read(YamlMapReader map, string name)
    {
        var value = map.Required("bootstrap_servers");
        var servers = value?.TextList(BrokerAddress.Objection);
        var (client, rack) = name == "source" ? (ReadClient(map), map.Text("client_rack")) : (null, null);
        var topics = map.Section("topics", ReadTopics) ?? new TopicsSection();
        var security = map.Section("security", ReadSecurity) ?? new SecuritySection();
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

    private static SecuritySection ReadSecurity(YamlMapReader map)
    {
        var protocol = map.Choice("security_protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]);
        var mechanism = map.Value("sasl_mechanism");
        var name = mechanism?.Choice(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"], ["SCRAM-SHA256", "SCRAM-SHA512"], RefusedMechanisms);
        var section = new SecuritySection
        {
            Protocol = protocol switch
            {
                "SSL" => SecurityProtocol.Ssl,
                "SASL_PLAINTEXT" => SecurityProtocol.SaslPlaintext,
                "SASL_SSL" => SecurityProtocol.SaslSsl,
                _ => SecurityProtocol.Plaintext,
            },
            Mechanism = name is null ? null : Mechanisms[name],
            Username = map.Text("sasl_username"),
            UsernameFile = map.Text("sasl_username_file"),
            Password = SecretReader.Password(map.Value("sasl_password")),
            PasswordFile = map.Text("sasl_password_file"),
            OAuth = ReadOAuth(map, isUsed: name == "OAUTHBEARER"),
            CaLocation = map.Text("ssl_ca_location"),
            CertificateLocation = map.Text("ssl_certificate_location"),
            KeyLocation = map.Text("ssl_key_location"),
            KeyPassword = SecretReader.Password(map.Value("ssl_key_password")),
        };
        if (protocol is not null || !map.Has("security_protocol"))
        {
            CheckTogether(map, section, hasMechanism: mechanism is not null);
        }

        return section;
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

        if (section is { IsSasl: true, Mechanism: not (null or SaslMechanism.OAuthBearer) })
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

    private static OAuthSection? ReadOAuth(YamlMapReader map, bool isUsed)
    {
        const string Prefix = "sasl_oauth_";
        var values = new[] { "token_endpoint_url", "client_id", "client_secret", "scope" }.ToDictionary(name => name, name => map.Value(Prefix + name));
        if (!isUsed)
        {
            foreach (var value in values.Values.OfType<YamlValue>())
            {
                value.Report($"{Unneeded} sasl_mechanism OAUTHBEARER");
            }

            return null;
        }

        var url = map.Required(Prefix + "token_endpoint_url")?.Text(LocationReader.UrlObjection);
        var id = map.Required(Prefix + "client_id")?.Text();
        var secret = SecretReader.Password(map.Required(Prefix + "client_secret"));
        var scope = values["scope"]?.Text();
        return url is null || id is null || secret is null
            ? null
            : new OAuthSection { TokenEndpointUrl = url, ClientId = id, ClientSecret = secret, Scope = scope };
    }
}
