using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MolEngine.Yaml;

/// <summary>
/// Reads the one YAML document of a text as nodes. What a walk through the nodes could not bear is refused from the
/// parser's events, before there are any: nesting without end, an alias within what it stands for, aliases that
/// multiply.
/// </summary>
internal sealed class YamlDocument
{
    /// <summary>The start of YamlDotNet's message for a key that a mapping has already.</summary>
    private const string Duplicate = "Duplicate key ";

    private readonly Stack<Collection> _open = new([new Collection(null)]);
    private readonly Dictionary<string, (int Levels, long Nodes)> _anchored = [];

    private YamlDocument()
    {
    }

    /// <summary>
    /// The document's root; null where the text has none, or where <paramref name="mistake"/> says why not.
    /// </summary>
    /// <param name="source">What a mistake calls the text.</param>
    public static YamlNode? Parse(string yaml, string source, out string? mistake)
    {
        mistake = null;
        if (yaml.Length > Limits.YamlCharacters)
        {
            mistake = $"{source}: expected at most {Limits.YamlCharacters:N0} characters of YAML, got {yaml.Length:N0}";
            return null;
        }

        try
        {
            if (new YamlDocument().Refusal(yaml) is var (line, why))
            {
                mistake = $"{source}:{line}: {why}";
                return null;
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
        }
        catch (YamlException e) when (e.Message.StartsWith(Duplicate, StringComparison.Ordinal))
        {
            mistake = $"{source}:{e.Start.Line}: {e.Message[Duplicate.Length..]}: expected it once, got it a second "
                + "time. Remove one of them";
            return null;
        }
        catch (YamlException e)
        {
            mistake = $"{source}:{e.Start.Line}: column {e.Start.Column}: not YAML: "
                + $"{e.InnerException?.Message ?? e.Message}";
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the parser throws on some unclosed brackets and broken anchors, without a place.
            mistake =
                $"{source}: not YAML: expected every bracket and quote closed, got a document that ends inside one";
            return null;
        }
    }

    private (long Line, string Why)? Refusal(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        int documents = 0;
        while (parser.MoveNext())
        {
            ParsingEvent at = parser.Current!;
            string? why = at switch
            {
                DocumentStart => ++documents > 1
                    ? "expected one YAML document, got a second one. Remove the line --- and what follows it"
                    : null,
                AnchorAlias alias => Alias(alias.Value.Value),
                Scalar scalar => Flaw(scalar.Value) ?? Add(1, 1, NameOf(scalar.Anchor)),
                SequenceStart or MappingStart => Open((NodeEvent)at),
                SequenceEnd or MappingEnd => Close(),
                _ => null,
            };
            if (why is not null)
                return (at.Start.Line, why);
        }

        return null;
    }

    /// <summary>What no file of UTF-8 can hold.</summary>
    private static string? Flaw(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text, i))
                i++;
            else if (char.IsSurrogate(text[i]))
                return "expected whole characters, got half of a surrogate pair";
        }

        return null;
    }

    private string? Open(NodeEvent node)
    {
        _open.Push(new Collection(NameOf(node.Anchor)));
        return _open.Count - 1 > Limits.YamlLevels ? TooDeep() : null;
    }

    private string? Close()
    {
        Collection closed = _open.Pop();
        return Add(closed.Levels + 1, closed.Nodes + 1, closed.Anchor);
    }

    private string? Alias(string name)
    {
        if (_open.Any(c => c.Anchor == name))
            return $"*{name}: expected an alias of something else, got one of the very value that it stands in";

        // One of no anchor is left to the parser.
        return _anchored.TryGetValue(name, out (int Levels, long Nodes) known)
            ? Add(known.Levels, known.Nodes, anchor: null)
            : null;
    }

    /// <summary>Counts a node in the collection that it stands in.</summary>
    private string? Add(int levels, long nodes, string? anchor)
    {
        Collection into = _open.Peek();
        into.Levels = Math.Max(into.Levels, levels);
        into.Nodes += nodes;
        if (anchor is not null)
            _anchored[anchor] = (levels, nodes);
        if (_open.Count - 1 + levels > Limits.YamlLevels + 1)
            return TooDeep();
        return into.Nodes > Limits.YamlValues
            ? $"expected at most {Limits.YamlValues} values, aliases written out, got more"
            : null;
    }

    private static string? NameOf(AnchorName anchor) => anchor.IsEmpty ? null : anchor.Value;

    private static string TooDeep() => $"expected at most {Limits.YamlLevels} levels of sections and lists, got more";

    /// <summary>A sequence or mapping, its part that was read.</summary>
    private sealed class Collection(string? anchor)
    {
        public string? Anchor { get; } = anchor;

        /// <summary>Of the nodes in it.</summary>
        public int Levels { get; set; }

        public long Nodes { get; set; }
    }
}
