using System.Text;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

internal static class PreTokenizerReader
{
    private const string Known =
        "Split, Digits, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit, Metaspace, ByteLevel or a "
        + "Sequence of them";

    public static PreTokenizer Read(JsonView root, Normalizer normalizer)
    {
        List<JsonView> parts = [];
        if (root.Optional("pre_tokenizer") is JsonView preTokenizer)
            Flatten(preTokenizer, parts);
        List<PreTokenizerStage> stages = [];
        bool byteLevel = false;
        foreach (JsonView part in parts)
        {
            JsonView type = part.Required("type");
            if (byteLevel)
            {
                throw type.Error(
                    "a pre-tokenizer behind ByteLevel is not supported", "ByteLevel as the last", type.Describe());
            }

            if (type.String() == "ByteLevel")
            {
                CheckByteLevel(part);
                byteLevel = true;
                if (part.Flag("add_prefix_space", true))
                    stages.Add(new PrefixSpaceStage());
                if (part.Flag("use_regex", true))
                    stages.Add(new Gpt2Stage());
            }
            else
            {
                stages.Add(ReadStage(part, type, knowsStart: stages.Count == 0 && !normalizer.Removes));
            }
        }

        return new PreTokenizer(stages, byteLevel);
    }

    /// <summary>The keys of ByteLevel, as it stands in pre_tokenizer, post_processor and decoder.</summary>
    public static void CheckByteLevel(JsonView byteLevel)
    {
        byteLevel.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
        byteLevel.Flag("add_prefix_space", true);
        byteLevel.Flag("trim_offsets", true);
        byteLevel.Flag("use_regex", true);
    }

    /// <summary>
    /// Metaspace, as it stands in pre_tokenizer and decoder, in the older dialect (add_prefix_space) and the newer
    /// (prepend_scheme, split); str_rep repeats the replacement.
    /// </summary>
    public static (Rune Replacement, PrependScheme Prepend, bool Split) ReadMetaspace(JsonView metaspace)
    {
        metaspace.AllowOnly("type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep");
        JsonView replacement = metaspace.Required("replacement");
        if (!Rune.TryGetRuneAt(replacement.String() + "\0", 0, out Rune rune)
            || rune.Utf16SequenceLength != replacement.String().Length)
            throw replacement.Expected("one character");
        JsonView? scheme = metaspace.Optional("prepend_scheme");
        PrependScheme prepend = scheme?.String() switch
        {
            null or "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw scheme.Value.Expected("\"always\", \"first\" or \"never\""),
        };
        if (!metaspace.Flag("add_prefix_space", true))
        {
            if (scheme is not null && prepend != PrependScheme.Never)
            {
                throw scheme.Value.Error(
                    "disagrees with add_prefix_space, which is false", "\"never\"", scheme.Value.Describe());
            }

            prepend = PrependScheme.Never;
        }

        return (rune, prepend, metaspace.Flag("split", true));
    }

    /// <param name="knowsStart">Whether the first piece is sure to be the beginning of the text.</param>
    private static PreTokenizerStage ReadStage(JsonView part, JsonView type, bool knowsStart)
    {
        switch (type.String())
        {
            case "Split":
                return ReadSplit(part);
            case "Digits":
                part.AllowOnly("type", "individual_digits");
                return new DigitsStage(part.Flag("individual_digits", false));
            case "Punctuation":
                part.AllowOnly("type", "behavior");
                return new CharacterClassStage(
                    CharacterClassStage.IsPunctuation,
                    part.Optional("behavior") is JsonView behavior ? ReadBehavior(behavior) : SplitBehavior.Isolated);
            case "Whitespace":
                part.AllowOnly("type");
                return new WhitespaceStage();
            case "WhitespaceSplit":
                part.AllowOnly("type");
                return new CharacterClassStage(CharClasses.IsWhiteSpace, SplitBehavior.Removed);
            case "CharDelimiterSplit":
                part.AllowOnly("type", "delimiter");
                JsonView delimiter = part.Required("delimiter");
                return delimiter.String().EnumerateRunes().Count() == 1
                    ? RegexStage.OfLiteral(delimiter, SplitBehavior.Removed, invert: false)
                    : throw delimiter.Expected("one character");
            case "Metaspace":
                (Rune replacement, PrependScheme prepend, bool split) = ReadMetaspace(part);
                if (prepend == PrependScheme.First && !knowsStart)
                {
                    // The library asks whether the piece's first character was the text's; here that is not known once
                    // something may have taken characters away.
                    throw type.Error(
                        "Metaspace with prepend_scheme \"first\" is not supported behind another pre-tokenizer or a "
                        + "normalizer that removes characters", "Metaspace first of all", type.Describe());
                }

                return new MetaspaceStage(replacement, prepend, split);
            default:
                throw type.Error("this pre-tokenizer is not supported", Known, type.Describe());
        }
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

    private static SplitBehavior ReadBehavior(JsonView behavior) => behavior.String() switch
    {
        "Isolated" => SplitBehavior.Isolated,
        "Contiguous" => SplitBehavior.Contiguous,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Removed" => SplitBehavior.Removed,
        _ => throw behavior.Error(
            "this behavior is not supported",
            "Isolated, Contiguous, MergedWithPrevious, MergedWithNext or Removed", behavior.Describe()),
    };

    private static SplitStage ReadSplit(JsonView split)
    {
        split.AllowOnly("type", "pattern", "behavior", "invert");
        JsonView pattern = split.Required("pattern");
        pattern.AllowOnly("Regex", "String");
        SplitBehavior behavior = ReadBehavior(split.Required("behavior"));
        bool invert = split.Flag("invert", false);
        if (pattern.Optional("String") is JsonView literal)
            return RegexStage.OfLiteral(literal, behavior, invert);
        JsonView regex = pattern.Required("Regex");
        // These patterns match every character: with Isolated there is nothing to invert, and what is removed where not
        // inverted is what lies between the matches, nothing.
        bool scans = behavior == SplitBehavior.Isolated || (behavior == SplitBehavior.Removed && invert);
        return regex.String() switch
        {
            QwenStage.QwenPattern when scans => new QwenStage(longestNumber: 1),
            QwenStage.Llama3Pattern when scans => new QwenStage(longestNumber: 3),
            Gpt2Stage.Pattern when scans => new Gpt2Stage(),
            _ => new RegexStage(regex, behavior, invert),
        };
    }
}
