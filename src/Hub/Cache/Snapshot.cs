using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;

namespace MolEngine.Hub.Cache;

/// <summary>The files of a repository at a commit, as a cache has them: all of them, or some.</summary>
/// <param name="Name">As it was asked for.</param>
/// <param name="Commit">All 40 digits.</param>
/// <param name="Folder">Absolute.</param>
public sealed record Snapshot(RepoName Name, string Commit, string Folder)
{
    private const string Config = "config.json", Weights = "model.safetensors";
    private const string Index = $"{Weights}.index.json", AdapterConfig = "adapter_config.json";

    /// <summary>"Qwen/Qwen3-8B@b968826".</summary>
    public string Label => Name.At(Commit).Shown;

    /// <summary>The command that fetches what a snapshot lacks.</summary>
    public string Completing => ProgramCommand.With($"download {Name.At(Commit)}");

    /// <summary>The snapshot that a path is the folder of; null where it is none.</summary>
    public static Snapshot? At(string folder) =>
        RepoPath.OfSnapshot(Path.GetFullPath(folder)) is { Path: "", Repo: { } repo }
            ? new Snapshot(repo, repo.Revision!, Path.GetFullPath(folder))
            : null;

    /// <summary>Files with slashes, relative to the folder, sorted; a link whose blob is gone is none.</summary>
    public IEnumerable<string> Files() => Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .Where(IsThere).Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>Checks that a model's config and all its weights are there.</summary>
    /// <exception cref="UserException">Some are not: names them, and the command that fetches them.</exception>
    public void RequireWhole()
    {
        string[] absent = [.. Needed().Where(f => !IsThere(Path.Combine(Folder, f)))];
        if (absent.Length == 0)
            return;
        string others = absent.Length > 3 ? $" and {absent.Length - 3} more" : "";
        throw new UserException(
            $"{Label}: expected a whole snapshot, got one without {string.Join(", ", absent.Take(3))}{others} "
            + $"({Folder}). Complete it: {Completing}");
    }

    /// <summary>.NET says of a link that leads nowhere that it exists.</summary>
    internal static bool IsThere(string file) => File.Exists(RealPath.Of(file));

    private IEnumerable<string> Needed()
    {
        if (File.Exists(Path.Combine(Folder, AdapterConfig)))
            return [AdapterConfig, "adapter_model.safetensors"];
        string index = Path.Combine(Folder, Index);
        bool isSharded = File.Exists(index) && !File.Exists(Path.Combine(Folder, Weights));
        return isSharded ? [Config, .. Shards(index)] : [Config, Weights];
    }

    /// <summary>
    /// The shards that an index names; none of a bad one: who reads the weights says what is wrong with it.
    /// </summary>
    private static IEnumerable<string> Shards(string index)
    {
        try
        {
            using JsonDocument json = StrictJson.Parse(File.ReadAllBytes(index));
            return
            [
                .. json.RootElement.GetProperty("weight_map").EnumerateObject().Select(e => e.Value.GetString())
                    .OfType<string>().Distinct().Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException
            or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
