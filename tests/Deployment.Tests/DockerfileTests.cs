using System.Text.RegularExpressions;
using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The image is built of what is there.</summary>
public sealed class DockerfileTests
{
    private const string Cli = "src/Cli/KafkaBackup.Cli.csproj";

    private static readonly IReadOnlyList<string> Copied =
        [.. Dockerfile.Rest("COPY").Where(rest => !rest.StartsWith("--from", StringComparison.Ordinal)).SelectMany(rest => rest.Split(' ')[..^1])];

    [Fact]
    public void What_is_copied_is_there_and_not_ignored()
    {
        var allowed = SourceTree.Text(".dockerignore").Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..]);

        Assert.All(Copied, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
        Assert.Equal(Copied.Order(), allowed.Order());
    }

    [Fact]
    public void Everything_that_all_projects_share_is_copied()
    {
        string[] shared =
            ["global.json", "BannedSymbols.txt", ".editorconfig", .. Directory.GetFiles(Repository.Root, "Directory.*").Select(Path.GetFileName)!];

        Assert.Equal(4, shared.Count(name => name[0] != '.'));
        Assert.Empty(shared.Except(Copied));
    }

    [Fact]
    public void The_program_is_published_with_locked_packages_for_runtimes_that_the_lock_files_know()
    {
        var run = Dockerfile.Rest("RUN").Single();

        Assert.Contains($"CI=true dotnet publish {Cli} ", run, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Repository.Root, Cli)));
        Assert.Contains("'$(CI)' == 'true'\">true</RestoreLockedMode>", SourceTree.Text("Directory.Build.props"), StringComparison.Ordinal);
        Assert.Equal(SourceTree.Property("RuntimeIdentifiers").Split(';'),
            Regex.Matches(run, "runtime=linux-[a-z0-9]+", RegexOptions.NonBacktracking).Select(match => match.Value["runtime=".Length..]));
    }

    [Fact]
    public void The_image_has_the_runtime_of_the_program_with_time_zones_and_begins_it()
    {
        var version = SourceTree.Property("TargetFramework")["net".Length..];

        Assert.Equal(
            [$"--platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:{version} AS build", $"mcr.microsoft.com/dotnet/aspnet:{version}-noble-chiseled-extra"],
            Dockerfile.Rest("FROM"));
        Assert.Equal([$"[\"{SourceTree.Property("AssemblyName", Cli)}\"]"], Dockerfile.Rest("ENTRYPOINT"));
        Assert.Equal("true", SourceTree.Property("InvariantGlobalization"));
        Assert.Contains("-o /app", Dockerfile.Rest("RUN").Single(), StringComparison.Ordinal);
        Assert.Contains("--from=build /app /app", Dockerfile.Rest("COPY"));
        Assert.StartsWith("PATH=/app:", Dockerfile.Rest("ENV").Single(), StringComparison.Ordinal);
    }
}
