namespace MolEngine.Hub.Downloads;

/// <summary>Which files of a repository are fetched.</summary>
internal static class FileChoice
{
    /// <summary>Python's pickles run code when they are loaded: they are never fetched.</summary>
    private static readonly string[] Pickles = [".bin", ".ckpt", ".pickle", ".pkl", ".pt", ".pth"];

    /// <summary>
    /// Of a model, without asking for more: its root's safetensors, configs, tokenizer, chat templates, and what tells
    /// who may use it for what.
    /// </summary>
    private static readonly string[] OfModel =
    [
        "*.safetensors", "*.json", "*.jinja", "merges.txt", "vocab.txt", "tokenizer.model", "LICENSE*", "NOTICE*",
        "USE_POLICY*", "README.md",
    ];

    /// <summary>A model's named chat templates, the one thing below its root.</summary>
    private const string Templates = "additional_chat_templates/*.jinja";

    /// <summary>Weights as Mistral's own programs read them, beside those that all others do: the same twice.</summary>
    private const string Consolidated = "consolidated*.safetensors";

    /// <summary>The files to fetch, in the order in which they were given.</summary>
    /// <param name="files">All of the repository; none of them leads out of a folder.</param>
    /// <param name="include">Globs; empty for what is usual.</param>
    /// <exception cref="UserException">Nothing is left, or a model has no weights that can be read here.</exception>
    public static IReadOnlyList<string> Of(RepoName name, IReadOnlyList<string> files, IReadOnlyList<string> include)
    {
        Func<string, bool> chosen = include.Count > 0 ? Any(include)
            : name.Kind == RepoKind.Dataset ? f => f != ".gitattributes"
            : Usual(files);
        string[] found = [.. files.Where(chosen)], kept = [.. found.Where(f => !IsPickle(f))];
        if (kept.Length == 0)
        {
            string what = include.Count > 0 ? $"files that match {string.Join(" or ", include)}" : "files";
            string got = found.Length > 0 ? $"only Python pickles ({found[0]}), which run code when they are loaded"
                : $"none among {files.Count}: {string.Join(", ", files.Take(5))}{(files.Count > 5 ? ", ..." : "")}";
            throw new UserException($"{name}: expected {what}, got {got}");
        }

        bool isWhole = include.Count > 0 || name.Kind == RepoKind.Dataset;
        if (!isWhole && !kept.Any(f => f.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            string instead = files.FirstOrDefault(f => IsPickle(f) || f.EndsWith(".gguf", StringComparison.Ordinal))
                is { } other ? $"{other} and no safetensors" : "no safetensors at its root";
            throw new UserException(
                $"{name}: expected a model with weights in safetensors, got {instead}. Look for a conversion of it, or "
                + "say which files: --include \"*.json\"");
        }

        return kept;
    }

    /// <summary>Checks that no name leads out of the snapshot's folder, here or on Windows.</summary>
    /// <exception cref="UserException">One does.</exception>
    public static void RequireSafe(RepoName name, IReadOnlyList<string> files)
    {
        if (files.FirstOrDefault(f => !IsSafe(f)) is { } bad)
        {
            throw new UserException(
                $"{name}: expected names of files in a folder, got '{bad.ReplaceLineEndings(" ")}', which leads out of "
                + "it or can be none. Nothing was fetched");
        }
    }

    private static bool IsSafe(string file) =>
        file.Split('/').All(part => part is not ("" or "." or "..") && !part.Any(char.IsControl))
        && (!OperatingSystem.IsWindows() || file.AsSpan().IndexOfAny("\\:*?\"<>|") < 0)
        && !file.Split('/', '\\').Contains("..");

    private static Func<string, bool> Usual(IReadOnlyList<string> files)
    {
        Func<string, bool> usual = Any(OfModel), templates = Glob.OfPaths(Templates);
        Func<string, bool> consolidated = Glob.OfPaths(Consolidated);
        bool isTwice = files.Any(Glob.OfPaths("model*.safetensors"));
        return f => f.Contains('/') ? templates(f) : usual(f) && !(isTwice && consolidated(f));
    }

    private static Func<string, bool> Any(IReadOnlyList<string> patterns)
    {
        Func<string, bool>[] all = [.. patterns.Select(Glob.OfDownloads)];
        return f => all.Any(matches => matches(f));
    }

    private static bool IsPickle(string file) => Pickles.Contains(Path.GetExtension(file).ToLowerInvariant());
}
