namespace MolEngine.Engine.Tokenization;

internal static class PreTokenizerReader
{
    public static PreTokenizer Read(JsonView root)
    {
        List<JsonView> parts = [];
        JsonView preTokenizer = root.Required("pre_tokenizer");
        Flatten(preTokenizer, parts);
        List<SplitStage> stages = [];
        PreTokenizer? result = null;
        foreach (JsonView part in parts)
        {
            JsonView type = part.Required("type");
            if (result is not null)
            {
                throw type.Error(
                    "a pre-tokenizer behind ByteLevel is not supported", "ByteLevel as the last", type.Describe());
            }

            switch (type.String())
            {
                case "Split":
                    stages.Add(ReadSplit(part));
                    break;
                case "Digits":
                    part.AllowOnly("type", "individual_digits");
                    stages.Add(new DigitsStage(part.Flag("individual_digits", false)));
                    break;
                case "ByteLevel":
                    CheckByteLevel(part);
                    result = new PreTokenizer(
                        stages, part.Flag("add_prefix_space", true), part.Flag("use_regex", true));
                    break;
                default:
                    throw type.Error(
                        "this pre-tokenizer is not supported", "Split, Digits, ByteLevel or a Sequence of them",
                        type.Describe());
            }
        }

        return result ?? throw preTokenizer.Error(
            "the pre-tokenizer is not byte-level", "ByteLevel as its last part", "none",
            "Only byte-level BPE is supported.");
    }

    /// <summary>The keys of ByteLevel, as it stands in pre_tokenizer, post_processor and decoder.</summary>
    public static void CheckByteLevel(JsonView byteLevel)
    {
        byteLevel.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
        byteLevel.Flag("add_prefix_space", true);
        byteLevel.Flag("trim_offsets", true);
        byteLevel.Flag("use_regex", true);
    }

    private static void Flatten(JsonView preTokenizer, List<JsonView> parts)
    {
        JsonView type = preTokenizer.Required("type");
        if (type.String() != "Sequence")
        {
            parts.Add(preTokenizer);
            return;
        }

        preTokenizer.AllowOnly("type", "pretokenizers");
        foreach (JsonView item in preTokenizer.Required("pretokenizers").Items())
            Flatten(item, parts);
    }

    private static SplitStage ReadSplit(JsonView split)
    {
        split.AllowOnly("type", "pattern", "behavior", "invert");
        JsonView pattern = split.Required("pattern");
        pattern.AllowOnly("Regex", "String");
        JsonView behaviorName = split.Required("behavior");
        SplitBehavior behavior = behaviorName.String() switch
        {
            "Isolated" => SplitBehavior.Isolated,
            "Contiguous" => SplitBehavior.Contiguous,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            _ => throw behaviorName.Error(
                "this behavior of Split is not supported",
                "Isolated, Contiguous, MergedWithPrevious or MergedWithNext", behaviorName.Describe()),
        };
        bool invert = split.Flag("invert", false);
        if (pattern.Optional("String") is JsonView literal)
            return RegexStage.OfLiteral(literal, behavior, invert);
        JsonView regex = pattern.Required("Regex");
        return (regex.String(), behavior) switch
        {
            // The patterns match every character, so that there is nothing to invert.
            (QwenStage.QwenPattern, SplitBehavior.Isolated) => new QwenStage(longestNumber: 1),
            (QwenStage.Llama3Pattern, SplitBehavior.Isolated) => new QwenStage(longestNumber: 3),
            (Gpt2Stage.Pattern, SplitBehavior.Isolated) => new Gpt2Stage(),
            _ => new RegexStage(regex, behavior, invert),
        };
    }
}
