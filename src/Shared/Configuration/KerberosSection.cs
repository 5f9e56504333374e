namespace KafkaBackup.Shared.Configuration;

/// <summary>As whom, and for which service, a ticket of Kerberos is got.</summary>
public sealed record KerberosSection
{
    /// <summary><c>sasl_kerberos_service_name</c>: the first part of the brokers' principal. Default: <c>kafka</c>.</summary>
    public string ServiceName { get; init; } = "kafka";

    /// <summary><c>sasl_kerberos_principal</c>: who logs in; together with <see cref="Keytab"/>. Default: whoever has a ticket already.</summary>
    public string? Principal { get; init; }

    /// <summary><c>sasl_kerberos_keytab</c>: the file with the principal's key. Default: none, the ticket cache is used as it is.</summary>
    public string? Keytab { get; init; }
}
