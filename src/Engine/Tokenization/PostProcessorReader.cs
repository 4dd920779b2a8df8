using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

internal static class PostProcessorReader
{
    /// <summary>The ids that the post-processor puts before and behind a single text.</summary>
    /// <param name="isToken">Whether some token has an id.</param>
    public static (int[] Prefix, int[] Suffix) Read(JsonView root, Func<int, bool> isToken)
    {
        List<int> prefix = [], suffix = [];
        if (root.Optional("post_processor") is JsonView processor)
            Read(processor, isToken, prefix, suffix);
        return ([.. prefix], [.. suffix]);
    }

    private static void Read(JsonView processor, Func<int, bool> isToken, List<int> prefix, List<int> suffix)
    {
        JsonView type = processor.Required("type");
        switch (type.String())
        {
            case "ByteLevel":
                // It moves offsets only, and there are none here.
                PreTokenizerReader.CheckByteLevel(processor);
                break;
            case "TemplateProcessing":
                ReadTemplate(processor, isToken, prefix, suffix);
                break;
            case "Sequence":
                processor.AllowOnly("type", "processors");
                foreach (JsonView item in processor.Required("processors").Items())
                    Read(item, isToken, prefix, suffix);
                break;
            default:
                throw type.Error(
                    "this post-processor is not supported", "ByteLevel, TemplateProcessing or a Sequence of them",
                    type.Describe());
        }
    }

    /// <summary>
    /// A template wraps what earlier ones made: its first tokens come before theirs, its last behind.
    /// </summary>
    private static void ReadTemplate(JsonView processor, Func<int, bool> isToken, List<int> prefix, List<int> suffix)
    {
        processor.AllowOnly("type", "single", "pair", "special_tokens");
        Dictionary<string, int[]> ids = [];
        if (processor.Optional("special_tokens") is JsonView tokens)
        {
            foreach ((string name, JsonView value) in tokens.Members())
                ids[name] = [.. value.Required("ids").Items().Select(i => CheckedId(i, isToken))];
        }

        List<int> before = [], after = [];
        bool textSeen = false;
        JsonView single = processor.Required("single");
        foreach (JsonView item in single.Items())
        {
            item.AllowOnly("SpecialToken", "Sequence");
            if (item.Optional("Sequence") is JsonView sequence)
            {
                if (textSeen || sequence.Required("id").String() != "A")
                {
                    throw sequence.Error(
                        "the template of a single text is wrong", "the sequence A, once", "another sequence");
                }

                textSeen = true;
                continue;
            }

            JsonView id = item.Required("SpecialToken").Required("id");
            if (!ids.TryGetValue(id.String(), out int[]? tokenIds))
            {
                throw id.Error(
                    "the template names a token that special_tokens lacks", "a key of special_tokens", id.Describe());
            }

            (textSeen ? after : before).AddRange(tokenIds);
        }

        if (!textSeen)
            throw single.Error("the template of a single text is wrong", "the sequence A, once", "no sequence");
        prefix.InsertRange(0, before);
        suffix.AddRange(after);
    }

    private static int CheckedId(JsonView value, Func<int, bool> isToken)
    {
        int id = value.Id();
        return isToken(id)
            ? id
            : throw value.Error("the template uses an id that no token has", "the id of a token", $"{id}");
    }
}
