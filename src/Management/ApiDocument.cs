using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using KafkaBackup.Shared;
using Microsoft.AspNetCore.Routing;

namespace KafkaBackup.Management;

/// <summary>The OpenAPI document of a node's API, made of its routes and of the contracts by which it writes JSON, so that it cannot say anything else.</summary>
internal static class ApiDocument
{
    private const string Json = "application/json";

    private static readonly JsonSchemaExporterOptions Schemas = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => context.TypeInfo.Type == typeof(BackupId) ? new JsonObject { ["type"] = "string" } : schema,
    };

    /// <summary>Makes it.</summary>
    /// <param name="routes">All routes of the node; those without an <see cref="ApiRoute"/> are no part of the API.</param>
    public static JsonObject Of(EndpointDataSource routes)
    {
        var paths = new JsonObject();
        foreach (var route in routes.Endpoints.OfType<RouteEndpoint>().OrderBy(route => route.RoutePattern.RawText, StringComparer.Ordinal))
        {
            if (route.Metadata.GetMetadata<ApiRoute>() is { } described)
            {
                var path = route.RoutePattern.RawText!;
                var operations = paths[path] as JsonObject ?? [];
                paths[path] ??= operations;
                foreach (var method in route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods)
                {
                    operations[method.ToLowerInvariant()] = Operation(route, described);
                }
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "KafkaBackup.Cluster", ["version"] = NodeView.Version },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }, new JsonObject()),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
            },
        };
    }

    private static JsonObject Operation(RouteEndpoint route, ApiRoute described)
    {
        var operation = new JsonObject
        {
            ["summary"] = described.Summary,
            ["parameters"] = new JsonArray([.. route.RoutePattern.Parameters.Select(parameter => Parameter(parameter.Name, "path", null)),
                .. described.Query is { } query ? [Parameter(query.Name, "query", query.Help)] : Array.Empty<JsonNode>()]),
            ["responses"] = new JsonObject
            {
                ["200"] = Content("It is done.", described.Answer),
                ["default"] = Content("It is not done: 400 what was asked is wrong, 401 no token, 404 not there, 502 a store refuses, 503 nobody answers.", ApiJson.Default.ApiProblem),
            },
        };
        if (described.Body is { } body)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Media(body) };
        }

        return operation;
    }

    private static JsonNode Parameter(string name, string place, string? help)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = place == "path", ["schema"] = new JsonObject { ["type"] = "string" } };
        if (help is not null)
        {
            parameter["description"] = help;
        }

        return parameter;
    }

    private static JsonObject Content(string description, JsonTypeInfo type) => new() { ["description"] = description, ["content"] = Media(type) };

    private static JsonObject Media(JsonTypeInfo type) => new() { [Json] = new JsonObject { ["schema"] = type.GetJsonSchemaAsNode(Schemas) } };
}
