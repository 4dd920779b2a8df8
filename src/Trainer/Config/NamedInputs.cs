using MolEngine.Basics.Text;
using MolEngine.Hub;
using MolEngine.Hub.Cache;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>
/// Models and data sets that are named instead of pathed, on the command line and in configs: where the Hugging Face
/// cache has them. Who asks has looked for a path first.
/// </summary>
internal static class NamedInputs
{
    /// <summary>What a config's key names; null where the value can only be a path.</summary>
    /// <exception cref="UserException">An address is wrong, or a revision is ambiguous.</exception>
    public static NamedInput? OfKey(ConfigKey key, string given) =>
        key == ConfigKeys.Model || key == ConfigKeys.Base || key == LoraKeys.From ? OfModel(given) : Of(given, null);

    /// <summary>The model or adapter that a text names, by its id on the Hub or otherwise.</summary>
    /// <inheritdoc cref="OfKey" path="/exception"/>
    public static NamedInput? OfModel(string given)
    {
        NamedInput? named = Of(given, RepoKind.Model);

        // A word without a slash is the id of a few old models, and much oftener a mistyped folder.
        return named?.Paths.Count > 0 || given.Contains('/') ? named : null;
    }

    /// <summary>What an address on the Hub (<c>hf://datasets/...</c>) names.</summary>
    /// <inheritdoc cref="OfKey" path="/exception"/>
    public static NamedInput? OfAddress(string given) => Of(given, null);

    /// <summary>Whether a text is an address (<c>hf://...</c>), and so no path.</summary>
    public static bool IsAddress(string given) => given.StartsWith(RepoPath.Scheme, StringComparison.Ordinal);

    /// <summary>What completes a folder that is a snapshot, as the end of a sentence; of others nothing.</summary>
    public static string Completing(string folder) =>
        Snapshot.At(folder) is { } snapshot ? $". Complete it: {snapshot.Completing}" : "";

    /// <summary>Checks of a folder that is a snapshot that all its weights are there.</summary>
    /// <exception cref="UserException">Some are not: names them, and the command that fetches them.</exception>
    public static void RequireWhole(string? folder)
    {
        if (folder is not null)
            Snapshot.At(folder)?.RequireWhole();
    }

    /// <summary>The id on the Hub of a folder that is a snapshot; null of others.</summary>
    public static string? IdOf(string folder) => Snapshot.At(folder)?.Name.Id;

    /// <summary>A model as people are shown it: a snapshot with its name and commit.</summary>
    public static string Shown(string folder) =>
        Snapshot.At(folder) is { } snapshot ? $"{snapshot.Label}, {ShownPath.Of(folder)}" : ShownPath.Of(folder);

    private static NamedInput? Of(string given, RepoKind? idsOf) =>
        HubInputs.OfEnvironment().Find(given, idsOf) is { } found
            ? new NamedInput(found.Paths, found.Missing, IsAddress(given))
            : null;
}
