using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Management;

/// <summary>The routes of restores. Any node answers for all.</summary>
internal static class RestoreRoutes
{
    private const int Digits = 32;
    private const int MostOfRun = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Adds the routes.</summary>
    /// <param name="node">The node.</param>
    /// <param name="map">Adds one of them.</param>
    public static void Map(NodeView node, Action<string, string, RequestDelegate, ApiRoute> map)
    {
        map(HttpMethods.Post, "/restores", context => StartAsync(context, node),
            new("Begins a restore, or joins the one under way of the same text.", ApiJson.Default.RestoreRunStatus, ApiJson.Default.RestoreSubmission));
        map(HttpMethods.Get, "/restores/{restore}", context => ShowAsync(context, node),
            new("How far a restore is, and what it has said. Its run is null when nobody conducts it: begin it again, and it goes on.", ApiJson.Default.RestoreRunStatus) { Query = ("after", "How many of its lines are known.") });
        map(HttpMethods.Get, "/restores/{restore}/report", context => ReportAsync(context, node),
            new("What a restore that has ended has done, or what a dry run of it found.", ApiJson.Default.JsonElement));
        map(HttpMethods.Post, "/restores/{restore}/stop", context => AskAsync(context, node, new StopRestoreRun(NameOf(context))),
            new("Ends a restore early, in good order.", ApiJson.Default.RestoreRunStatus));
    }

    private static async Task StartAsync(HttpContext context, NodeView node)
    {
        var submission = await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJson.Default.RestoreSubmission, context.RequestAborted) ?? throw new JsonException("The body is null.");
        _ = submission.Definition ?? throw new JsonException("It has no definition.");
        if (submission.Run is not { Length: > 0 and <= MostOfRun })
        {
            throw new JsonException($"Its run has to have a name of 1 to {MostOfRun} letters.");
        }

        _ = DefinitionCheck.ReadRestore(submission.Definition, Environment.GetEnvironmentVariable).Restore.With(submission.IsDryRun, submission.ComparesAll);
        var text = $"{submission.IsDryRun}\n{submission.ComparesAll}\n{submission.Definition}";
        var restore = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Digits];
        await AskAsync(context, node, new StartRestoreRun(restore, submission.Run, submission.Definition) { IsDryRun = submission.IsDryRun, ComparesAll = submission.ComparesAll });
    }

    private static Task ShowAsync(HttpContext context, NodeView node) => AskAsync(
        context, node, new GetRestoreRun(NameOf(context), int.TryParse(context.Request.Query["after"], out var after) && after >= 0 ? after : 0));

    private static async Task ReportAsync(HttpContext context, NodeView node)
    {
        var (name, text) = (NameOf(context), new StringBuilder());
        RestoreReportPart part;
        do
        {
            part = await node.Restores.Ask<RestoreReportPart>(new GetRestoreReport(name, text.Length), Patience, context.RequestAborted);
            text.Append(part.Text);
        }
        while (part is { Length: { } length, Text.Length: > 0 } && text.Length < length);
        if (part.Length != text.Length)
        {
            throw new BackupException(FailureKind.Configuration, "There is no report of this restore here: it has not ended, or was conducted by a node that is gone. One that is not of a dry run lies beside the backup, below _cluster/restores/.");
        }

        context.Response.ContentType = MediaTypeNames.Application.Json;
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private static async Task AskAsync(HttpContext context, NodeView node, IRestoreMessage message)
    {
        var status = await node.Restores.Ask<RestoreRunStatus>(message, Patience, context.RequestAborted);
        context.Response.ContentType = MediaTypeNames.Application.Json;
        await JsonSerializer.SerializeAsync(context.Response.Body, status, ApiJson.Default.RestoreRunStatus, context.RequestAborted);
    }

    private static string NameOf(HttpContext context) => context.GetRouteValue("restore") is string { Length: Digits } name && name.All(char.IsAsciiHexDigitLower)
        ? name
        : throw new BackupException(FailureKind.Configuration, "A restore is called by the 32 digits that its beginning answered with.");
}
