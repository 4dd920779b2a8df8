using FsCheck;
using MolEngine.Basics.Values;
using MolEngine.Data.Records;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Records;

public sealed class RenderedTextsTests : IDisposable
{
    /// <summary>Writes reasoning, calls and tools, and nothing else that a message may have.</summary>
    private const string Tools = """
        {%- for t in tools or [] %}{{ t | tojson }}{% endfor %}
        {%- for m in messages %}<{{ m.role }}>{{ m.reasoning_content or '' }}|{{ m.content or '' }}
        {%- for c in m.tool_calls or [] %}{{ c | tojson }}{% endfor %}</>{% endfor %}
        """;

    /// <summary>Leaves out system texts and all reasoning, and trims.</summary>
    private const string Loses = """
        {%- for m in messages if m.role != 'system' %}{{ m.role }}: {{ m.content.split('</think>')[-1].strip() }}
        {% endfor %}
        """;

    private static readonly Tokenizer Bytes = Tokenizer.Load(Material.Model);
    private static readonly string[] Named = [.. SharedTemplates()];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("user: bob here", "bob here", "bob", "1:3")]
    [InlineData("Ann: bob here", "bob here", "Ann", "")]
    [InlineData("a hi b hi", "hi", "hi", "")]
    [InlineData("a hi b", "hi", "hi", "1:2")]
    [InlineData("<think>\nwhy\n</think>\n\nso", "<think>why</think>so", "", "")]
    [InlineData("said: so", "<think>why not</think>so", "", "0:7")]
    [InlineData("{\"x\": \"say \\\"a\\\\b\\\"\"}", "say \"a\\b\"", "", "")]
    public void A_text_is_found_at_a_place_of_its_own(string rendered, string first, string second, string expected)
    {
        Assert.Equal(expected, string.Join(
            ' ', RenderedTexts.Missing([first, second], rendered).Select(m => $"{m.Text}:{m.Characters}")));
    }

    /// <summary>
    /// Whatever a dialogue holds and whichever template writes it: each text is in the document and its tokens, or
    /// told.
    /// </summary>
    [Property(MaxTest = 150)]
    public void No_text_of_a_dialogue_is_lost(PositiveInt seed)
    {
        var random = new System.Random(seed.Get);
        string template = random.Next(3) switch
        {
            0 => _folder.Write("tools.jinja", Tools),
            1 => _folder.Write("loses.jinja", Loses),
            _ => Named.Length == 0 ? _folder.Write("tools.jinja", Tools) : Named[random.Next(Named.Length)],
        };
        MapValue record = new RandomDialogue(random).Record();
        string path = _folder.Write("a.jsonl", Reading.Json(record) + "\n");
        CorpusSettings corpus = Reading.Corpus(path) with { Pairs = PairStyle.Chat };
        var report = new ReadingReport([]);
        CorpusRecord read = Assert.Single(Reading.All(corpus, report: report));
        var tokenizer = new DocumentTokenizer(text => Bytes.Encode(text, addSpecialTokens: false), 0)
        {
            Writer = new DocumentWriter(ChatTemplates.Load(Material.Model, template)),
        };
        DocumentText document;
        try
        {
            document = tokenizer.Writer.Write(read, corpus, path);
        }
        catch (UserException)
        {
            // Refused in words: a template may ask for turns in their order.
            return;
        }

        report.Rendered(read, document.Text);
        ReadingSummary summary = report.Summary();
        string tokens = Bare(Bytes.Decode(TokenMark.Ids(tokenizer.Stored(document)), skipSpecialTokens: false));
        Assert.StartsWith(Bare(document.Text), tokens);
        foreach ((string at, DataValue value) in ValueTexts.Of(record))
        {
            string text = ValueTexts.Literal(value)!;
            bool isTold = summary.Unused.Any(u => u.Path == at) || value is FlagValue
                || at is "messages[].role" or "conversations[].from" or "messages[].content[].type"
                    or "conversations[].value[].type";
            Assert.True(
                isTold || text.Split("</think>").All(part => tokens.Contains(Bare(part.Replace("<think>", "")))),
                $"{template}: {text} of {at} in {Reading.Json(record)} is lost; the document is {document.Text}");
        }
    }

    private static string Bare(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static IEnumerable<string> SharedTemplates()
    {
        string folder = Path.Combine(Shared.Reference, "chat_templates", "templates");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.jinja").Order() : [];
    }
}
