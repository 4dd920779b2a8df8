using System.Text.RegularExpressions;
using MolEngine.Basics.Text;

namespace MolEngine.Hub;

/// <summary>A repository of the Hub at a revision, as people write it: <c>Qwen/Qwen3-8B@main</c>.</summary>
/// <param name="Id">Owner and name, or a name alone, as the oldest repositories have.</param>
/// <param name="Revision">Branch, tag, or commit, of which the first digits do where they are unambiguous; null where
/// none was given, which is <see cref="Main"/>.</param>
public sealed partial record RepoName(RepoKind Kind, string Id, string? Revision = null)
{
    /// <summary>The branch that a repository has from the start.</summary>
    public const string Main = "main";

    /// <summary>Digits of a commit that people are shown.</summary>
    internal const int ShortCommit = 7;

    /// <summary>What stands before the id of a data set.</summary>
    internal const string OfDatasets = "datasets/";

    /// <summary>What is looked up: the revision given, else <see cref="Main"/>.</summary>
    public string RevisionOrMain => Revision ?? Main;

    /// <summary>The repository's path in addresses of pages and files.</summary>
    internal string Page => Kind == RepoKind.Dataset ? OfDatasets + Id : Id;

    /// <summary>The repository's path in the Hub's interface for programs.</summary>
    internal string Api => $"{(Kind == RepoKind.Dataset ? "datasets" : "models")}/{Id}";

    /// <summary>The name of the repository's folder in a cache.</summary>
    internal string Folder =>
        $"{(Kind == RepoKind.Dataset ? "datasets" : "models")}--{Id.Replace("/", "--", StringComparison.Ordinal)}";

    /// <summary>The repository at its commit.</summary>
    public RepoName At(string commit) => this with { Revision = commit };

    /// <summary>The name as people are shown it: a commit by its first digits.</summary>
    internal string Shown => Revision is { } r && IsCommit(r) ? At(r[..ShortCommit]).ToString() : ToString();

    /// <summary>The name as it is typed.</summary>
    public override string ToString() => Page + (Revision is null ? "" : $"@{Revision}");

    /// <summary>
    /// A name as typed: an id, <c>datasets/</c> before it for a data set, <c>@REVISION</c> behind it. Null where the
    /// text can be none, as the Hub has no such ids: a path that begins with <c>.</c>, <c>/</c> or <c>~</c>, say.
    /// </summary>
    public static RepoName? Parse(string text)
    {
        bool isDataset = text.StartsWith(OfDatasets, StringComparison.Ordinal);
        string rest = isDataset ? text[OfDatasets.Length..] : text;
        int at = rest.IndexOf('@');
        string id = at < 0 ? rest : rest[..at];
        string? revision = at < 0 ? null : rest[(at + 1)..];
        return HubId.Is(id) && (revision is null || IsRevision(revision))
            ? new RepoName(isDataset ? RepoKind.Dataset : RepoKind.Model, id, revision)
            : null;
    }

    /// <summary>Whether a text is all of a commit's name.</summary>
    internal static bool IsCommit(string text) => Commit().IsMatch(text);

    /// <summary>Whether git takes a text as the name of a branch, a tag or a commit: none leaves a folder.</summary>
    internal static bool IsRevision(string text) =>
        text.Split('/').All(part => part.Length > 0 && part[0] != '.') && !Unfit().IsMatch(text);

    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex Commit();

    [GeneratedRegex(@"[\s\p{C}~^:?*\[\]\\@]|\.\.")]
    private static partial Regex Unfit();
}
