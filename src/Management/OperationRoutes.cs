using System.Net.Mime;
using System.Text.Json;
using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.Management;

/// <summary>The routes of operations on consumer groups and on what is stored. Any node answers for all.</summary>
internal static class OperationRoutes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Adds the routes.</summary>
    /// <param name="node">The node.</param>
    /// <param name="map">Adds one of them.</param>
    public static void Map(NodeView node, Action<string, string, RequestDelegate, ApiRoute> map)
    {
        map(HttpMethods.Post, "/operations", context => StartAsync(context, node),
            new("Carries out an operation: an offset reset or rollback, a validation, a deletion. One of the same name is joined.", ApiJson.Default.OperationStatus, ApiJson.Default.OperationSubmission));
        map(HttpMethods.Get, "/operations/{operation}", context => AskAsync(context, node, new GetOperation(NameOf(context))),
            new("How an operation stands. When nobody carries it out, ask for it again.", ApiJson.Default.OperationStatus));
        map(HttpMethods.Delete, "/operations/{operation}", context => AskAsync(context, node, new ForgetOperation(NameOf(context)) { LeavesMark = context.Request.Query["mark"] == "true" }),
            new("Ends an operation early, and forgets what it found.", ApiJson.Default.OperationStatus) { Query = ("mark", "true: it is not carried out for whoever asks for it later.") });
    }

    private static async Task StartAsync(HttpContext context, NodeView node)
    {
        var submission = await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJson.Default.OperationSubmission, context.RequestAborted) ?? throw new JsonException("The body is null.");
        if (submission.Operation is not { } name || !IsName(name))
        {
            throw new JsonException($"Its operation has to be a name of 1 to {MaxName} letters, digits, '-' and '.'.");
        }

        _ = submission.Definition ?? throw new JsonException("It has no definition.");
        _ = DefinitionCheck.ReadOperation(submission.Definition, Environment.GetEnvironmentVariable);
        await AskAsync(context, node, new StartOperation(name, submission.Definition));
    }

    private static async Task AskAsync(HttpContext context, NodeView node, IOperationMessage message)
    {
        var status = await node.Operations.Ask<OperationStatus>(message, Patience, context.RequestAborted);
        context.Response.ContentType = MediaTypeNames.Application.Json;
        await JsonSerializer.SerializeAsync(context.Response.Body, status, ApiJson.Default.OperationStatus, context.RequestAborted);
    }

    private static string NameOf(HttpContext context) => context.GetRouteValue("operation") is string name && IsName(name)
        ? name
        : throw new BackupException(FailureKind.Configuration, $"An operation is called by 1 to {MaxName} letters, digits, '-' and '.'.");

    /// <summary>Its result is an object of this name.</summary>
    private static bool IsName(string name) => name is { Length: > 0 and <= MaxName } && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
}
