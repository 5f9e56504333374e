using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Management;

/// <summary>The JSON API of a node: what is declared in the cluster, how it goes, and orders about it. Any node answers for all.</summary>
public static class NodeApi
{
    private const string Root = "/api/v1";

    private const int MaxRunName = 64;

    /// <summary>Adds the routes.</summary>
    /// <param name="routes">Where they are added.</param>
    /// <param name="node">The node.</param>
    public static void MapNodeApi(this IEndpointRouteBuilder routes, NodeView node)
    {
        routes.MapGet("/health/live", context => WriteTextAsync(context, StatusCodes.Status200OK, "live"));
        routes.MapGet("/health/ready", async context =>
        {
            var problems = await node.FindProblemsAsync(context.RequestAborted);
            await (problems.Count == 0
                ? WriteTextAsync(context, StatusCodes.Status200OK, "ready")
                : WriteTextAsync(context, StatusCodes.Status503ServiceUnavailable, string.Join('\n', problems)));
        });

        var api = routes.MapGroup(Root);
        void Map(string method, string path, RequestDelegate handle, ApiRoute route) => api.MapMethods(path, [method], Guarded(node, handle)).WithMetadata(route);

        Map(HttpMethods.Get, "/members", async context => await WriteAsync(context, await node.GetMembersAsync(context.RequestAborted), ApiJson.Default.IReadOnlyListClusterMember),
            new("The nodes of the cluster.", ApiJson.Default.IReadOnlyListClusterMember));
        Map(HttpMethods.Get, "/backups", context => ListAsync(context, node),
            new("The declared backups, in order of their ids, some at a time.", ApiJson.Default.BackupPage) { Query = ("after", "The last id of the page before.") });
        Map(HttpMethods.Post, "/backups", context => SubmitAsync(context, node),
            new("Declares a backup. The same text again joins the run under way.", ApiJson.Default.Submitted, ApiJson.Default.Submission));
        Map(HttpMethods.Get, "/backups/{id}", context => ShowAsync(context, node),
            new("A declared backup, its last runs, and how far the one under way is.", ApiJson.Default.BackupDetails));
        Map(HttpMethods.Delete, "/backups/{id}", context => OrderAsync(context, node, CatalogueOrder.Remove),
            new("Forgets the backup once its run has ended. What is stored stays.", ApiJson.Default.Submitted));
        Map(HttpMethods.Get, "/backups/{id}/runs/{run}", context => ShowRunAsync(context, node), new("A run of a backup.", ApiJson.Default.RunDetails));
        Map(HttpMethods.Get, "/backups/{id}/partitions", async context =>
                await WriteAsync(context, await node.ListPartitionsAsync(IdOf(context), context.RequestAborted), ApiJson.Default.IReadOnlyListPartitionDetails),
            new("How far each partition of a backup is. Store and source are read by the node that is asked.", ApiJson.Default.IReadOnlyListPartitionDetails));
        Map(HttpMethods.Get, "/backups/{id}/gaps", async context =>
                await WriteAsync(context, await node.ListGapsAsync(IdOf(context), context.RequestAborted), ApiJson.Default.IReadOnlyListGapDetails),
            new("Offsets that were gone at the source before they could be read.", ApiJson.Default.IReadOnlyListGapDetails));
        Map(HttpMethods.Get, "/node", context => WriteAsync(context, node.Describe(), ApiJson.Default.NodeDetails), new("The node that is asked.", ApiJson.Default.NodeDetails));
        Map(HttpMethods.Post, "/node/drain", context => WriteAsync(context, node.Drain(), ApiJson.Default.NodeDetails),
            new("The node that is asked gives its partitions to others and takes none.", ApiJson.Default.NodeDetails));
        Map(HttpMethods.Post, "/node/undrain", context => WriteAsync(context, node.Undrain(), ApiJson.Default.NodeDetails),
            new("The node that is asked takes partitions again.", ApiJson.Default.NodeDetails));
        RestoreRoutes.Map(node, Map);
        OperationRoutes.Map(node, Map);
        foreach (var (order, summary) in Orders)
        {
            Map(HttpMethods.Post, $"/backups/{{id}}/{order.ToString().ToLowerInvariant()}", context => OrderAsync(context, node, order), new(summary, ApiJson.Default.Submitted)
            {
                Query = order == CatalogueOrder.Start ? ("run", "What the run is to be called: none begins if one of the last ones was called so.") : null,
            });
        }

        api.MapGet("/openapi.json", Guarded(node, context =>
        {
            context.Response.ContentType = MediaTypeNames.Application.Json;
            return context.Response.WriteAsync(ApiDocument.Of(context.RequestServices.GetRequiredService<EndpointDataSource>()).ToJsonString(), context.RequestAborted);
        }));
    }

    private static IEnumerable<(CatalogueOrder Order, string Summary)> Orders =>
    [
        (CatalogueOrder.Start, "Begins a run, or joins the one under way."),
        (CatalogueOrder.Pause, "Ends the run in good order and begins none."),
        (CatalogueOrder.Resume, "Lets runs begin again."),
        (CatalogueOrder.Cancel, "Ends the run in good order; a continuous backup is paused by it."),
    ];

    private static async Task ListAsync(HttpContext context, NodeView node)
    {
        var list = await node.ListBackupsAsync(context.Request.Query["after"], context.RequestAborted);
        var page = new BackupPage([.. list.Backups.Select(backup => new BackupDetails(backup.State, backup, null))], list.HasMore);
        await WriteAsync(context, page, ApiJson.Default.BackupPage);
    }

    private static async Task SubmitAsync(HttpContext context, NodeView node)
    {
        var submission = await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJson.Default.Submission, context.RequestAborted)
            ?? throw new JsonException("The body is null.");
        _ = submission.Definition ?? throw new JsonException("It has no definition.");
        var (configuration, notes) = DefinitionCheck.Read(submission.Definition, Environment.GetEnvironmentVariable);
        var declare = new DeclareBackup(configuration.BackupId, submission.Definition, configuration.Backup.IsContinuous)
        {
            Schedule = submission.Schedule,
            TimeZone = submission.TimeZone,
        };
        var declared = await node.AskCatalogueAsync(declare, context.RequestAborted);
        await WriteAsync(context, new Submitted(configuration.BackupId.Value, CatalogueAccess.WantedRun(declared), notes), ApiJson.Default.Submitted);
    }

    private static async Task ShowAsync(HttpContext context, NodeView node) =>
        await WriteAsync(context, await node.ShowBackupAsync(IdOf(context), context.RequestAborted), ApiJson.Default.BackupDetails);

    private static async Task ShowRunAsync(HttpContext context, NodeView node)
    {
        var declared = await node.FindBackupAsync(IdOf(context), context.RequestAborted);
        var id = (string)context.GetRouteValue("run")!;
        var run = declared.RunOf(id) ?? throw new NotThereException($"Backup '{declared.Backup}' has no run '{id}', or it is forgotten: the last {DeclaredBackup.MaxRuns} are kept.");
        var status = run.EndedAt is null ? await node.StatusOfAsync(declared) : null;
        await WriteAsync(context, new RunDetails(run.Outcome, run, status), ApiJson.Default.RunDetails);
    }

    private static async Task OrderAsync(HttpContext context, NodeView node, CatalogueOrder order) =>
        await WriteAsync(context, await node.OrderAsync(IdOf(context), order, RunOf(context, order), context.RequestAborted), ApiJson.Default.Submitted);

    /// <summary>The name that a run is given.</summary>
    private static string? RunOf(HttpContext context, CatalogueOrder order) =>
        order != CatalogueOrder.Start || context.Request.Query["run"].ToString() is not { Length: > 0 } run ? null
            : run.Length <= MaxRunName && run.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? run
            : throw new BackupException(FailureKind.Configuration, $"run '{run}' is no name of a run: it has letters, digits and '-', at most {MaxRunName}.");

    private static string IdOf(HttpContext context) => (string)context.GetRouteValue("id")!;

    /// <summary>Lets in who has the token, and turns what goes wrong into an answer.</summary>
    private static RequestDelegate Guarded(NodeView node, RequestDelegate handle) => async context =>
    {
        if (node.Token.Length > 0 && !Tokens.AreEqual(context.Request.Headers.Authorization.ToString(), $"Bearer {node.Token}"))
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, FailureKind.Configuration, context.Request.Headers.Authorization.Count == 0
                ? "This node demands a token: give --token-file, or set KAFKA_BACKUP_HTTP_TOKEN."
                : "The token is not this node's: see what --token-file or KAFKA_BACKUP_HTTP_TOKEN gives.");
            return;
        }

        try
        {
            await handle(context);
        }
        catch (ConfigurationException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, e.Kind, [.. e.Problems.Select(problem => problem.ToString())]);
        }
        catch (NotThereException e)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, FailureKind.Configuration, e.Message);
        }
        catch (BackupException e)
        {
            await RefuseAsync(context, e.Kind == FailureKind.Configuration ? StatusCodes.Status400BadRequest : StatusCodes.Status502BadGateway, e.Kind, e.Message);
        }
        catch (JsonException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, FailureKind.Configuration, $"The body is not what this route takes: {e.Message}");
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, FailureKind.Configuration, $"The request cannot be taken: {e.Message}");
        }
        catch (AskTimeoutException)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, FailureKind.Internal, CatalogueAccess.Away);
        }
    };

    private static Task RefuseAsync(HttpContext context, int status, FailureKind kind, params IReadOnlyList<string> problems)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, new ApiProblem(kind, problems), ApiJson.Default.ApiProblem);
    }

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = MediaTypeNames.Application.Json;
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    private static Task WriteTextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaTypeNames.Text.Plain;
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
