using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using KafkaBackup.Cli.Tests.Pbm;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KafkaBackup.Cli.Tests.Nodes;

/// <summary>What a node says of its API.</summary>
[Collection(NodeGroup.Name)]
public sealed class ApiDocumentTests(NodeFixture fixture)
{
    private const string Document = "api/v1/openapi.json";

    [Fact]
    public async Task Every_route_of_the_API_is_in_the_document_with_its_method()
    {
        var paths = (await ReadAsync())["paths"]!.AsObject();

        var served = fixture.Node.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal) && !route.RoutePattern.RawText.EndsWith(Document, StringComparison.Ordinal))
            .Select(route => $"{route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {route.RoutePattern.RawText}");
        Assert.Equal(
            served.Order(StringComparer.Ordinal),
            paths.SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}")).Order(StringComparer.Ordinal));
        Assert.Equal(22, paths.Sum(path => path.Value!.AsObject().Count));
    }

    [Fact]
    public async Task Bodies_parameters_and_answers_are_those_that_the_routes_have()
    {
        var paths = (await ReadAsync())["paths"]!;

        var submit = paths["/api/v1/backups"]!["post"]!;
        Assert.Equal(["definition"], Schema(submit["requestBody"]!)["required"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(["backup_id", "notes", "run"], Schema(submit["responses"]!["200"]!)["properties"]!.AsObject().Select(property => property.Key).Order());
        Assert.Equal(["kind", "problems"], Schema(submit["responses"]!["default"]!)["properties"]!.AsObject().Select(property => property.Key));
        var run = paths["/api/v1/backups/{id}/runs/{run}"]!["get"]!;
        Assert.Equal(["id in path", "run in path"], run["parameters"]!.AsArray().Select(parameter => $"{parameter!["name"]} in {parameter["in"]}"));
        Assert.Equal("string", (string?)Schema(paths["/api/v1/backups/{id}"]!["get"]!["responses"]!["200"]!)["properties"]!["backup"]!["properties"]!["backup"]!["type"]);
        Assert.Equal("after", (string?)paths["/api/v1/backups"]!["get"]!["parameters"]![0]!["name"]);
    }

    [Fact]
    public async Task The_document_wants_the_token_as_every_route_does()
    {
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri(fixture.Node.Http, Document))).StatusCode);
    }

    private static JsonNode Schema(JsonNode described) => described["content"]!["application/json"]!["schema"]!;

    private async Task<JsonNode> ReadAsync()
    {
        using var client = new HttpClient { BaseAddress = fixture.Node.Http };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", NodeFixture.Secret);
        return JsonNode.Parse(await client.GetStringAsync(Document))!;
    }
}
