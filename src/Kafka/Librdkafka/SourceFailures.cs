using Confluent.Kafka;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Puts what a client threw and what it had complained about into one sentence: what failed, where, why, and what to do.</summary>
internal sealed class SourceFailures(KafkaSection source)
{
    /// <summary>The addresses as the user gave them.</summary>
    public string Address { get; } = string.Join(',', source.BootstrapServers);

    /// <summary>The failure of a call.</summary>
    /// <param name="what">What could not be done, without a full stop.</param>
    /// <param name="error">What the call ended with.</param>
    /// <param name="problems">What the client had complained about.</param>
    /// <param name="certificates">What is known of certificates.</param>
    /// <param name="cause">The exception, if there was one.</param>
    public BackupException Of(
        string what, Error error, IReadOnlyList<SourceProblem> problems, CertificateFacts certificates, Exception? cause = null)
    {
        // An error that a broker sent explains itself; those of the client only say that nothing came.
        var isOfTheClient = error.IsLocalError
            && error.Code is not (ErrorCode.Local_BadMsg or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition);
        var expired = isOfTheClient && problems.Count > 0 ? certificates.Culprit(problems[0].Kind) : null;
        var told = isOfTheClient ? Tell(problems, certificates.Broker, expired) : null;
        var reason = error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport ? "no answer came in time" : error.Reason.TrimEnd('.');
        return new BackupException(FailureKind.Source, told is null ? $"{what} at {Address}: {reason}. {Advice(error.Code)}".TrimEnd() : $"{what}: {told}", cause)
        {
            IsRetryable = !error.IsFatal && !IsFinal(error.Code),
            EndsRun = expired is not null,
        };
    }

    /// <summary>Whether an answer will be the same next time.</summary>
    public static bool IsFinal(ErrorCode code) => code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
        or ErrorCode.GroupAuthorizationFailed or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication
        or ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition
        or ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression or ErrorCode.InvalidMsg;

    /// <summary>Whether an answer may be another in a moment: leaders move, brokers start.</summary>
    public static bool IsPassing(ErrorCode code) => code is ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition
        or ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ErrorCode.OffsetNotAvailable or ErrorCode.ReplicaNotAvailable
        or ErrorCode.BrokerNotAvailable or ErrorCode.KafkaStorageError or ErrorCode.NetworkException or ErrorCode.RequestTimedOut
        or ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue;

    /// <summary>Whether the client gets over an error by itself while it reads.</summary>
    /// <remarks>It looks for the coordinator of a group that is not used: a user without rights on groups may read all the same.</remarks>
    public static bool IsOvercome(Error error) => IsPassing(error.Code) || error.Code is ErrorCode.GroupAuthorizationFailed
        or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.GroupLoadInProgress or ErrorCode.NotCoordinatorForGroup
        || error.Reason.StartsWith("FindCoordinator", StringComparison.Ordinal); // It fails with the code of whatever ends a connection.

    private string? Tell(IReadOnlyList<SourceProblem> problems, BrokerCertificate? certificate, ExpiredFile? expired)
    {
        if (problems.Count == 0)
        {
            return null;
        }

        var security = source.Security;
        var (first, at) = (problems[0], string.Join("; ", problems.Select(problem => $"{problem.Address ?? Address}: {problem.Reason}")));
        var brokers = string.Join(", ", problems.Select(problem => problem.Address ?? Address));
        return first.Kind switch
        {
            SourceProblemKind.Certificate when expired is not null =>
                $"the authorities in '{expired.Path}' have expired: they were valid until {expired.UntilText} at the latest. {at}. "
                + $"Put the authority of the brokers' present certificates in this file ({source.Name}.security.ssl_ca_location).",
            _ when expired is not null =>
                $"the client certificate in '{expired.Path}' has expired: it was valid until {expired.UntilText}. {at}. "
                + $"Put a new certificate there, and its key in the place of {source.Name}.security.ssl_key_location.",
            SourceProblemKind.Login when security.Mechanism == Shared.Configuration.SaslMechanism.OAuthBearer =>
                $"the brokers do not take the token of '{security.OAuth!.ClientId}'. {at}. "
                + $"Check {source.Name}.security.sasl_oauth_client_id and sasl_oauth_scope, and what the brokers ask of a token.",
            SourceProblemKind.Login when security.Mechanism == Shared.Configuration.SaslMechanism.AwsMskIam =>
                $"the brokers do not take the token of {MskTokens.Owner}. {at}. {MskTokens.AdviceOnRights}",
            SourceProblemKind.TokenUnavailable or SourceProblemKind.TokenRefused when security.Mechanism == Shared.Configuration.SaslMechanism.AwsMskIam => first.Reason + ".",
            SourceProblemKind.Login when security.Kerberos is { } kerberos =>
                $"the login by Kerberos is refused. {at}. Check {source.Name}.security.sasl_kerberos_principal, sasl_kerberos_keytab and sasl_kerberos_service_name ('{kerberos.ServiceName}'), "
                + "/etc/krb5.conf, and that the brokers are named in bootstrap_servers as their principals are.",
            SourceProblemKind.Login =>
                $"the login as {(security.UsernameFile is { } file ? $"the user in '{file}'" : $"'{security.Username}'")} is refused. {at}. Check {source.Name}.security.sasl_username and {source.Name}.security.sasl_password, and that the user exists for this sasl_mechanism.",
            SourceProblemKind.Mechanism =>
                $"the listener does not take {source.Name}.security.sasl_mechanism. {at}. Check sasl_mechanism, security_protocol, and the port in {source.ServersName}.",
            SourceProblemKind.TokenRefused =>
                $"{security.OAuth?.TokenEndpointUrl} gives no usable token. {first.Reason}. "
                + $"Check {source.Name}.security.sasl_oauth_token_endpoint_url, sasl_oauth_client_id, sasl_oauth_client_secret and sasl_oauth_scope.",
            SourceProblemKind.TokenUnavailable =>
                $"no token can be had from {security.OAuth?.TokenEndpointUrl}. {first.Reason}. Check {source.Name}.security.sasl_oauth_token_endpoint_url, that it can be reached from here, and that this system trusts its certificate.",
            SourceProblemKind.ClientCertificate when security.CertificateLocation is { } file =>
                $"the brokers do not accept the client certificate in '{file}'. {at}. "
                + $"Set {source.Name}.security.ssl_certificate_location and ssl_key_location to a certificate of an authority that the brokers trust.",
            SourceProblemKind.ClientCertificate =>
                $"the brokers want a client certificate. {at}. Set {source.Name}.security.ssl_certificate_location and ssl_key_location.",
            SourceProblemKind.Certificate =>
                $"the certificate of {brokers} does not hold: {certificate?.Objection ?? first.Reason}. {certificate?.Advice ?? BrokerCertificate.AdviceOnTrust}",
            SourceProblemKind.Tls => $"TLS fails. {at}. Check the port in {source.ServersName} and {source.Name}.security.security_protocol.",
            SourceProblemKind.Closed when security.IsTls =>
                $"{brokers} closed the connection in the TLS handshake, as a listener without TLS does. Check the port in {source.ServersName} and {source.Name}.security.security_protocol.",
            SourceProblemKind.Closed =>
                $"{brokers} closed the connection at once, as a listener does that wants TLS or a login. Check the port in {source.ServersName} and {source.Name}.security.security_protocol.",
            _ when problems.All(problem => problem.Address is null || source.BootstrapServers.Contains(problem.Address)) =>
                $"no broker answers. {at}. Check {source.ServersName} and that the brokers can be reached from here.",
            _ => $"no broker answers under the address that it announces. {at}. Check the brokers' advertised.listeners, and that they can be reached from here.",
        };
    }

    private string Advice(ErrorCode code) => code switch
    {
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut or ErrorCode.Local_Resolve =>
            $"Check {source.ServersName} and that the brokers can be reached from here.",
        ErrorCode.LeaderNotAvailable =>
            $"It has no leader: start the brokers that hold its replicas, or leave the topic out with {source.Name}.topics.exclude.",
        ErrorCode.ClusterAuthorizationFailed => "Give the user the right to Describe the cluster.",
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => "Was the topic deleted?",
        ErrorCode.Local_BadMsg or ErrorCode.InvalidMsg => "The broker sent a damaged batch: check its disks and log with kafka-dump-log.sh.",
        _ => "",
    };
}
