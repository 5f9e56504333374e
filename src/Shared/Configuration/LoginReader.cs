namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the keys of <c>security</c> that belong to one mechanism of SASL each.</summary>
internal static class LoginReader
{
    private const string Unneeded = "is of no use without sasl_mechanism";

    /// <summary>The keys <c>sasl_oauth_…</c>, or null after a report.</summary>
    public static OAuthSection? OAuth(YamlMapReader map, bool isUsed)
    {
        const string Prefix = "sasl_oauth_";
        var values = new[] { "token_endpoint_url", "client_id", "client_secret", "scope" }.ToDictionary(name => name, name => map.Value(Prefix + name));
        if (!isUsed)
        {
            Refuse(values.Values, $"{Unneeded} OAUTHBEARER");
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

    /// <summary>The key <c>sasl_aws_region</c>.</summary>
    public static string? AwsRegion(YamlMapReader map, bool isUsed)
    {
        var region = map.Value("sasl_aws_region");
        if (!isUsed)
        {
            Refuse([region], $"{Unneeded} AWS_MSK_IAM");
        }

        return region?.Text(text => text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? null : "must be the name of a region, such as us-east-1");
    }

    /// <summary>The keys <c>sasl_kerberos_…</c>; null where they are not used.</summary>
    public static KerberosSection? Kerberos(YamlMapReader map, bool isUsed)
    {
        YamlValue? service = map.Value("sasl_kerberos_service_name"), principal = map.Value("sasl_kerberos_principal"), keytab = map.Value("sasl_kerberos_keytab");
        if (!isUsed)
        {
            Refuse([service, principal, keytab], $"{Unneeded} GSSAPI");
            return null;
        }

        if (principal is null != keytab is null)
        {
            (principal ?? keytab)!.Report("needs the other one: give sasl_kerberos_principal and sasl_kerberos_keytab both, or neither to use a ticket that is there");
        }

        // librdkafka puts them into the command line of a shell.
        return new KerberosSection
        {
            ServiceName = service?.Text(text => Objection(text, "._-")) ?? "kafka",
            Principal = principal?.Text(text => Objection(text, "._-/@")),
            Keytab = keytab?.Text(text => text.StartsWith('~') ? LocationReader.PathObjection(text) : Objection(text, "._-/@+=,")),
        };
    }

    /// <summary>Name and password where the mechanism takes none: somebody believes that they count.</summary>
    public static void RefuseUser(YamlMapReader map, SaslMechanism? mechanism)
    {
        if (mechanism is SaslMechanism.AwsMskIam or SaslMechanism.Gssapi)
        {
            Refuse(
                new[] { "sasl_username", "sasl_username_file", "sasl_password", "sasl_password_file" }.Select(map.Value),
                $"is of no use with sasl_mechanism {SaslMechanismNames.NameOf(mechanism.Value)}; remove it");
        }
    }

    private static string? Objection(string text, string others) => text.All(c => char.IsAsciiLetterOrDigit(c) || others.Contains(c, StringComparison.Ordinal))
        ? null
        : $"must consist of letters, digits and {string.Join(' ', others.AsEnumerable())}";

    private static void Refuse(IEnumerable<YamlValue?> values, string why)
    {
        foreach (var value in values.OfType<YamlValue>())
        {
            value.Report(why);
        }
    }
}
