using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

internal static class AddedTokenReader
{
    /// <summary>
    /// The added tokens with the ids that the tokenizers library gives them: the vocabulary's for a content that it
    /// has; for others the size of the vocabulary on, one after the other, whatever the file says. Files that the
    /// library wrote say the same; where one does not (a gap, an id given twice or taken), the library warns, and
    /// models have been trained with its ids. A content given again keeps its id and takes the later settings.
    /// </summary>
    /// <param name="notes">Told of each token whose id is another than the file says.</param>
    public static List<AddedToken> Read(JsonView root, Dictionary<string, int> vocabulary, List<string> notes)
    {
        List<AddedToken> tokens = [];
        if (root.Optional("added_tokens") is not JsonView list)
            return tokens;
        Dictionary<string, int> places = [];
        int next = vocabulary.Count;
        foreach (JsonView item in list.Items())
        {
            AddedToken token = ReadToken(item);
            if (token.Content.Length == 0)
                continue;
            bool again = places.TryGetValue(token.Content, out int place);
            int id = again ? tokens[place].Id : vocabulary.GetValueOrDefault(token.Content, -1);
            if (id < 0)
                id = next;
            next = Math.Max(next, id + 1);
            if (id != token.Id)
            {
                notes.Add($"added token \"{token.Content}\": the file gives it the id {token.Id}, which is not the one "
                    + $"behind those before it; its id is {id}, as in the tokenizers library");
            }

            token = token with { Id = id };
            if (again)
            {
                AddedToken earlier = tokens[place];
                tokens[place] = token with
                {
                    Special = token.Special || earlier.Special,
                    Normalized = earlier.Normalized,
                };
            }
            else
            {
                places.Add(token.Content, tokens.Count);
                tokens.Add(token);
            }
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
