using System.Text;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

internal static class DecoderReader
{
    private const string Known =
        "ByteLevel alone, or a Sequence of Replace, Metaspace, ByteFallback, Fuse and Strip in this order";

    /// <summary>
    /// Accepts ByteLevel alone, or Replace, Metaspace, ByteFallback, Fuse and Strip in this order, each as in a
    /// Sequence by itself or not at all.
    /// </summary>
    public static DecoderRules Read(JsonView root)
    {
        List<JsonView> parts = [];
        Flatten(root.Required("decoder"), parts);
        var rules = new DecoderRules();
        int done = 0;
        foreach (JsonView part in parts)
        {
            JsonView type = part.Required("type");
            int place = type.String() switch
            {
                "ByteLevel" => 1,
                "Replace" => 2,
                "Metaspace" => 3,
                "ByteFallback" => 4,
                "Fuse" => 5,
                "Strip" => 6,
                _ => throw type.Error("this decoder is not supported", Known, type.Describe()),
            };
            // Tokens that are bytes already take no further decoder, and only Replace may come more than once.
            bool inOrder = place == 2 ? done is 0 or 2 : place > done;
            if (!inOrder || (done == 1 && place > 1) || (place == 6 && done != 5))
                throw type.Error("this order of decoders is not supported", Known, type.Describe());
            done = place;
            rules = Read(part, place, rules);
        }

        return rules;
    }

    private static DecoderRules Read(JsonView part, int place, DecoderRules rules)
    {
        switch (place)
        {
            case 1:
                PreTokenizerReader.CheckByteLevel(part);
                return rules with { ByteLevel = true };
            case 2:
                return rules with { Replacements = [.. rules.Replacements, NormalizerReader.ReadReplace(part)] };
            case 3:
                (Rune replacement, PrependScheme prepend, _) = PreTokenizerReader.ReadMetaspace(part);
                return rules with { Metaspace = replacement, FirstLosesMetaspace = prepend != PrependScheme.Never };
            case 4:
                part.AllowOnly("type");
                return rules with { ByteFallback = true };
            case 5:
                part.AllowOnly("type");
                return rules;
            default:
                return ReadStrip(part, rules);
        }
    }

    private static DecoderRules ReadStrip(JsonView strip, DecoderRules rules)
    {
        strip.AllowOnly("type", "content", "start", "stop");
        JsonView content = strip.Required("content"), stop = strip.Required("stop");
        if (stop.Number() != 0)
            throw stop.Error("Strip at the end of a text is not supported", "0", stop.Describe());
        Rune[] runes = [.. content.String().EnumerateRunes()];
        if (runes.Length != 1)
            throw content.Expected("one character");
        return rules with { StripContent = runes[0], StripCount = strip.Required("start").Id() };
    }

    private static void Flatten(JsonView decoder, List<JsonView> parts)
    {
        JsonView type = decoder.Required("type");
        if (type.String() != "Sequence")
        {
            parts.Add(decoder);
            return;
        }

        decoder.AllowOnly("type", "decoders");
        foreach (JsonView item in decoder.Required("decoders").Items())
            Flatten(item, parts);
    }
}
