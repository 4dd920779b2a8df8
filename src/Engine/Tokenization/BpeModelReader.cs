using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

internal static class BpeModelReader
{
    /// <summary>
    /// The model of a tokenizer.json. Files of old do not say its type: the library then takes the first that fits,
    /// and BPE, which alone has merges, comes first.
    /// </summary>
    public static (Dictionary<string, int> Vocabulary, BpeModel Model) Read(JsonView model, bool byteLevel)
    {
        if (model.Optional("type") is JsonView type ? type.String() != "BPE" : model.Optional("merges") is null)
        {
            throw model.Optional("type") is JsonView other
                ? other.Error("this model is not supported", "\"BPE\"", other.Describe())
                : model.Error("this model is not supported", "type \"BPE\", or merges", "neither");
        }

        model.AllowOnly(
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges", "vocab", "merges");
        if (model.Optional("dropout") is JsonView dropout && dropout.Number() != 0)
            throw dropout.Error("is not supported", "null", dropout.Describe());
        foreach (string name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.Optional(name) is JsonView affix && affix.String().Length > 0)
                throw affix.Error("is not supported", "null or an empty string", affix.Describe());
        }

        Dictionary<string, int> vocabulary = ReadVocabulary(model.Required("vocab"));
        var atoms = new BpeAtoms(
            vocabulary, byteLevel, model.Optional("unk_token")?.String(), model.Flag("fuse_unk", false),
            model.Flag("byte_fallback", false));
        List<(int Left, int Right, int Merged)> merges = ReadMerges(model.Required("merges"), vocabulary);
        bool ignoreMerges = model.Flag("ignore_merges", false);
        // Where whole pieces are looked up, their parts must not be.
        BpeSeams? seams = byteLevel || ignoreMerges ? null : Seams(atoms, vocabulary, merges);
        return (vocabulary, new BpeModel(vocabulary, byteLevel, atoms, new MergeTable(merges), seams, ignoreMerges));
    }

    private static BpeSeams Seams(
        BpeAtoms atoms, Dictionary<string, int> vocabulary, List<(int Left, int Right, int Merged)> merges)
    {
        HashSet<int> merged = [.. merges.Select(m => m.Merged)];
        return new BpeSeams(atoms, vocabulary.Where(v => merged.Contains(v.Value)).Select(v => v.Key));
    }

    private static Dictionary<string, int> ReadVocabulary(JsonView vocab)
    {
        Dictionary<string, int> vocabulary = [];
        HashSet<int> ids = [];
        foreach ((string spelling, JsonView value) in vocab.Members())
        {
            int id = value.Id();
            if (!vocabulary.TryAdd(spelling, id))
            {
                throw vocab.Error(
                    $"the token \"{spelling}\" is given twice", "each token once", $"{vocabulary[spelling]} and {id}");
            }

            if (!ids.Add(id))
            {
                throw vocab.Error(
                    $"the id {id} is given twice", "one token for each id", $"\"{spelling}\" as the second");
            }
        }

        return vocabulary;
    }

    private static List<(int Left, int Right, int Merged)> ReadMerges(JsonView list, Dictionary<string, int> vocabulary)
    {
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        List<(int, int, int)> merges = [];
        char[] joined = new char[256];
        foreach (JsonView item in list.Items())
        {
            (string left, string right) = ReadPair(item);
            if (joined.Length < left.Length + right.Length)
                joined = new char[2 * (left.Length + right.Length)];
            left.CopyTo(joined);
            right.CopyTo(joined.AsSpan(left.Length));
            if (!vocabulary.TryGetValue(left, out int leftId))
                throw Unknown(item, left);
            if (!vocabulary.TryGetValue(right, out int rightId))
                throw Unknown(item, right);
            if (!lookup.TryGetValue(joined.AsSpan(0, left.Length + right.Length), out int mergedId))
                throw Unknown(item, left + right);
            merges.Add((leftId, rightId, mergedId));
        }

        return merges;
    }

    /// <summary>A merge is "left right" or ["left", "right"].</summary>
    private static (string Left, string Right) ReadPair(JsonView item)
    {
        if (!item.IsString)
        {
            JsonView[] pair = [.. item.Items().Take(3)];
            return pair.Length == 2 ? (pair[0].String(), pair[1].String()) : throw item.Expected("two tokens");
        }

        string text = item.String();
        int space = text.IndexOf(' ');
        if (space <= 0 || space == text.Length - 1 || text.IndexOf(' ', space + 1) >= 0)
            throw item.Expected("two tokens with one space between them");
        return (text[..space], text[(space + 1)..]);
    }

    private static ModelFileException Unknown(JsonView item, string token) =>
        item.Error("the merge names a token that model.vocab lacks", "tokens of model.vocab", $"\"{token}\"");
}
