using System.Text.RegularExpressions;
using MolEngine.Basics.Text;

namespace MolEngine.Hub;

/// <summary>
/// Something in a repository: <c>hf://datasets/ORG/NAME[@REVISION][/PATH]</c>, as huggingface_hub's file system has it
/// for fsspec, pandas and others; without <c>datasets/</c> it is in a model's.
/// </summary>
/// <param name="Path">With slashes; a file, a folder or a glob; empty for the whole repository.</param>
public sealed partial record RepoPath(RepoName Repo, string Path)
{
    /// <summary>What a text that names something of the Hub begins with.</summary>
    public const string Scheme = "hf://";

    /// <summary>The name as it is typed.</summary>
    public override string ToString()
    {
        string revision = Repo.Revision is { } r ? $"@{r.Replace("/", "%2F", StringComparison.Ordinal)}" : "";
        return $"{Scheme}{Repo.Page}{revision}{(Path.Length == 0 ? "" : $"/{Path}")}";
    }

    /// <summary>
    /// The other thing that the same address may name, of a repository whose id is one word, as the oldest have
    /// (<c>hf://datasets/imdb/plain_text</c>): a path of the first word. Null where the words can be read in one way.
    /// </summary>
    public RepoPath? OfOneWord => Repo.Revision is null && Repo.Id.Split('/') is [var word, var rest]
        ? new(Repo with { Id = word }, Path.Length == 0 ? rest : $"{rest}/{Path}")
        : null;

    /// <summary>
    /// What an address names; null where the text does not begin with <see cref="Scheme"/>. A slash in a revision is
    /// written <c>%2F</c>, but in <c>refs/convert/NAME</c> and <c>refs/pr/N</c>. Two words that can be an id are taken
    /// for one (<see cref="OfOneWord"/> has the other reading); where a revision stands, it ends the id.
    /// </summary>
    /// <exception cref="UserException">The text begins so and goes on wrongly.</exception>
    public static RepoPath? Parse(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        Match match = Address().Match(text), ofWord = AddressOfOneWord().Match(text);
        RepoName? repo = match.Success ? RepoName.Parse(RepoOf(match)) : null;
        if (repo is null && ofWord.Success && !match.Groups["revision"].Success)
            (match, repo) = (ofWord, RepoName.Parse(RepoOf(ofWord)));
        string path = match.Groups["path"].Value.TrimEnd('/');
        if (repo is null || path.Length > 0 && path.Split('/').Any(part => part is "" or "." or ".."))
        {
            throw new UserException(
                $"{text}: expected hf://datasets/ORG/NAME[@REVISION][/PATH], or the same of a model without datasets/");
        }

        return new RepoPath(repo, path);
    }

    /// <summary>
    /// What a path in a cache's folder of snapshots stands for, wherever that cache lies or lay; null for any other.
    /// </summary>
    public static RepoPath? OfSnapshot(string path)
    {
        Match match = InSnapshot().Match(path);
        if (!match.Success)
            return null;
        RepoKind kind = match.Groups["kind"].Value == "datasets" ? RepoKind.Dataset : RepoKind.Model;
        string id = match.Groups["id"].Value.Replace("--", "/", StringComparison.Ordinal);
        return HubId.Is(id)
            ? new RepoPath(
                new RepoName(kind, id, match.Groups["commit"].Value), match.Groups["path"].Value.Replace('\\', '/'))
            : null;
    }

    private static string RepoOf(Match match)
    {
        string revision = Uri.UnescapeDataString(match.Groups["revision"].Value);
        return match.Groups["repo"].Value + (match.Groups["revision"].Success ? $"@{revision}" : "");
    }

    private const string Rest = @"(?:@(?<revision>refs/(?:convert|pr)/[^/]+|[^/]+))?(?:/(?<path>.*))?\z";

    [GeneratedRegex(@"^hf://(?<repo>(?:datasets/)?[^/@]+(?:/[^/@]+)?)" + Rest, RegexOptions.Singleline)]
    private static partial Regex Address();

    [GeneratedRegex(@"^hf://(?<repo>(?:datasets/)?[^/@]+)" + Rest, RegexOptions.Singleline)]
    private static partial Regex AddressOfOneWord();

    [GeneratedRegex(
        @"(?:^|[/\\])(?<kind>models|datasets)--(?<id>[^/\\]+)[/\\]snapshots[/\\](?<commit>[0-9a-f]{40})"
        + @"(?:[/\\](?<path>.*?))?[/\\]?\z",
        RegexOptions.Singleline)]
    private static partial Regex InSnapshot();
}
