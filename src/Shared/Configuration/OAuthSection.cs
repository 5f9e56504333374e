using System.Text;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Where and with what a token for OAUTHBEARER is got.</summary>
public sealed record OAuthSection
{
    /// <summary><c>sasl_oauth_token_endpoint_url</c>: http or https.</summary>
    public required string TokenEndpointUrl { get; init; }

    /// <summary><c>sasl_oauth_client_id</c>.</summary>
    public required string ClientId { get; init; }

    /// <summary><c>sasl_oauth_client_secret</c>.</summary>
    public required string ClientSecret { get; init; }

    /// <summary><c>sasl_oauth_scope</c>. Default: none.</summary>
    public string? Scope { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append("TokenEndpointUrl = ").Append(TokenEndpointUrl); // Never the secrets.
        return true;
    }
}
