namespace MolEngine.Engine.Tokenization;

internal static class AddedTokenReader
{
    /// <summary>The added tokens; each id and each content once, and in agreement with the vocabulary.</summary>
    public static List<AddedToken> Read(JsonView root, Dictionary<string, int> vocabulary)
    {
        List<AddedToken> tokens = [];
        if (root.Optional("added_tokens") is not JsonView list)
            return tokens;
        HashSet<int> vocabularyIds = [.. vocabulary.Values];
        Dictionary<int, string> contents = [];
        HashSet<string> seen = [];
        foreach (JsonView item in list.Items())
        {
            AddedToken token = ReadToken(item);
            if (token.Content.Length == 0)
                throw item.Error("the added token has no content", "at least one character", "an empty string");
            bool disagrees = vocabulary.TryGetValue(token.Content, out int known)
                ? known != token.Id
                : vocabularyIds.Contains(token.Id);
            if (disagrees)
            {
                throw item.Error(
                    $"the added token \"{token.Content}\" disagrees with model.vocab",
                    "an id that the vocabulary gives to it or to no other", $"{token.Id}");
            }

            if (!contents.TryAdd(token.Id, token.Content))
            {
                throw item.Error(
                    $"the id {token.Id} is given twice", "one added token for each id",
                    $"\"{contents[token.Id]}\" and \"{token.Content}\"");
            }

            if (!seen.Add(token.Content))
                throw item.Error($"the added token \"{token.Content}\" is given twice", "each content once", "two ids");
            tokens.Add(token);
        }

        return tokens;
    }

    private static AddedToken ReadToken(JsonView item)
    {
        item.AllowOnly("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
        bool special = item.Flag("special", false);
        return new AddedToken(
            item.Required("id").Id(),
            item.Required("content").String(),
            special,
            item.Flag("normalized", !special),
            item.Flag("lstrip", false),
            item.Flag("rstrip", false),
            item.Flag("single_word", false));
    }
}
