using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

internal static class NormalizerReader
{
    public static Normalizer Read(JsonView root)
    {
        List<NormalizerStage> stages = [];
        if (root.Optional("normalizer") is JsonView normalizer)
            Read(normalizer, stages);
        return new Normalizer(stages);
    }

    private static void Read(JsonView normalizer, List<NormalizerStage> stages)
    {
        JsonView type = normalizer.Required("type");
        switch (type.String())
        {
            case "Sequence":
                normalizer.AllowOnly("type", "normalizers");
                foreach (JsonView item in normalizer.Required("normalizers").Items())
                    Read(item, stages);
                break;
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                normalizer.AllowOnly("type");
                stages.Add(new UnicodeFormStage(Enum.Parse<UnicodeForm>(type.String(), ignoreCase: true)));
                break;
            case "Lowercase":
                normalizer.AllowOnly("type");
                stages.Add(new LowercaseStage());
                break;
            case "StripAccents":
                normalizer.AllowOnly("type");
                stages.Add(new StripAccentsStage());
                break;
            case "Strip":
                normalizer.AllowOnly("type", "strip_left", "strip_right");
                stages.Add(new StripStage(
                    normalizer.Required("strip_left").Boolean(), normalizer.Required("strip_right").Boolean()));
                break;
            case "Prepend":
                normalizer.AllowOnly("type", "prepend");
                stages.Add(new PrependStage(normalizer.Required("prepend").String()));
                break;
            case "Replace":
                stages.Add(ReadReplace(normalizer));
                break;
            default:
                throw type.Error(
                    "this normalizer is not supported",
                    "NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace or a Sequence of them",
                    type.Describe());
        }
    }

    /// <summary>Replace, as it stands in normalizer and decoder.</summary>
    public static NormalizerStage ReadReplace(JsonView replace)
    {
        replace.AllowOnly("type", "pattern", "content");
        string content = replace.Required("content").String();
        JsonView pattern = replace.Required("pattern");
        pattern.AllowOnly("Regex", "String");
        if (pattern.Optional("String") is JsonView literal)
        {
            return literal.String().Length > 0
                ? new ReplaceStage(literal.String(), content)
                : throw literal.Error("an empty pattern is not supported", "at least one character", "none");
        }

        JsonView regex = pattern.Required("Regex");
        var stage = new RegexStage(regex, SplitBehavior.Removed, invert: false);
        return stage.MayMatchNothing
            ? throw regex.Error(
                "a pattern that may match no character is not supported here", "one that always matches some",
                regex.Describe())
            : new RegexReplaceStage(stage, content);
    }
}
