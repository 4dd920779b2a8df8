using MolEngine.Engine.Batches;

namespace MolEngine.Trainer.FirstLook;

/// <summary>A guess at what a corpus is for, and what it goes by.</summary>
internal sealed record KindGuess(CorpusKind Kind, string Why)
{
    /// <summary>Words in names of what models are held to: books, the web, everyday dialogues, instructions for all.
    /// </summary>
    private static readonly string[] GeneralWords =
    [
        "general", "everyday", "own", "replay", "book", "books", "novels", "gutenberg", "stories", "tinystories",
        "news", "wiki", "wikipedia", "web", "openwebtext", "c4", "pile", "slimpajama", "redpajama", "fineweb", "dclm",
        "chat", "chats", "conversations", "dialogues", "sharegpt", "ultrachat", "oasst", "oasst1", "oasst2", "dolly",
        "alpaca", "instruct", "instructions", "tulu", "smoltalk", "openhermes", "lima", "gsm8k",
    ];

    /// <summary>Beginnings of words in names that say a field, whatever else they say: medical_chat.</summary>
    private static readonly string[] FieldWords =
        ["domain", "medic", "clinic", "hospital", "patient", "health", "legal", "law", "financ", "bank", "chem", "bio"];

    /// <summary>The guesses for all corpora of a run, of which one at least is a domain corpus.</summary>
    /// <remarks>
    /// A corpus is general where a word of its file's or folder's name says so and none says a field. Where none is,
    /// the one that has more tokens than all others together is. Where all are, the first is not: people name their own
    /// first.
    /// </remarks>
    /// <param name="corpora">Paths as they were given, and tokens.</param>
    public static IReadOnlyList<KindGuess> Of(IReadOnlyList<(string Path, long Tokens)> corpora)
    {
        string?[] words = [.. corpora.Select(c => GeneralWord(c.Path))];
        if (corpora.Count == 1)
            return [new(CorpusKind.Domain, "it is the only one")];
        if (words.All(w => w is not null))
        {
            return
            [
                .. words.Select((w, i) => i == 0
                    ? new KindGuess(CorpusKind.Domain, "all names sound general, and it is the first")
                    : new KindGuess(CorpusKind.General, $"its name says {w}")),
            ];
        }

        if (words.Any(w => w is not null))
        {
            return
            [
                .. words.Select(w => w is null
                    ? new KindGuess(CorpusKind.Domain, "its name does not sound general")
                    : new KindGuess(CorpusKind.General, $"its name says {w}")),
            ];
        }

        long all = corpora.Sum(c => c.Tokens);
        return
        [
            .. corpora.Select(c => 2 * c.Tokens > all
                ? new KindGuess(CorpusKind.General, "no name sounds general, and it is larger than all others")
                : new KindGuess(CorpusKind.Domain, "its name does not sound general")),
        ];
    }

    /// <summary>The word of a path's last part that sounds general; null where none does, or one says a field.
    /// </summary>
    private static string? GeneralWord(string path)
    {
        string name = Path.TrimEndingDirectorySeparator(path).Split('/', '\\')[^1];

        // Of a pattern's name nothing may be left: then its folder says what it is.
        if (!name.Split('.')[0].Any(char.IsLetterOrDigit))
            name = Path.TrimEndingDirectorySeparator(path).Split('/', '\\').SkipLast(1).LastOrDefault() ?? name;
        string[] words =
        [
            .. string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' '))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
        return words.Any(w => FieldWords.Any(f => w.StartsWith(f, StringComparison.Ordinal)))
            ? null
            : words.FirstOrDefault(GeneralWords.Contains);
    }
}
