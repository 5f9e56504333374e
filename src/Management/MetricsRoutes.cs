using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KafkaBackup.Management;

/// <summary>The routes at which Prometheus reads.</summary>
public static class MetricsRoutes
{
    /// <summary>Adds the routes.</summary>
    /// <param name="routes">Where they are added.</param>
    /// <param name="exporter">What is written there.</param>
    /// <param name="tokens">One of them is demanded; none: anybody may read.</param>
    /// <param name="paths">Where it is.</param>
    public static void MapMetrics(this IEndpointRouteBuilder routes, PrometheusExporter exporter, IReadOnlyList<string> tokens,
        params IEnumerable<string> paths)
    {
        foreach (var path in paths.Distinct(StringComparer.Ordinal))
        {
            routes.MapGet(path, context => WriteAsync(context, exporter, tokens));
        }
    }

    private static async Task WriteAsync(HttpContext context, PrometheusExporter exporter, IReadOnlyList<string> tokens)
    {
        if (tokens.Count > 0 && !tokens.Any(token => token.Length > 0 && Tokens.AreEqual(context.Request.Headers.Authorization.ToString(), $"Bearer {token}")))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return;
        }

        context.Response.ContentType = PrometheusExporter.ContentType;
        await exporter.WriteAsync(context.Response.Body, context.RequestAborted);
    }
}
