using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Tests.Records;

/// <summary>Shapes match over fields, whatever they came from: here from nothing but a table in memory.</summary>
public sealed class RecordShapesTests
{
    private static readonly CorpusSettings Usual = new("c", "c.table", CorpusKind.Domain);

    [Fact]
    public void Fields_of_any_source_become_records()
    {
        Assert.Equal("a", Match(Usual, ("text", "a")).Text);
        CorpusRecord pair = Match(Usual, ("question", "q"), ("answer", "a"), ("text", null));
        Assert.Equal(("q\na", 2..), (pair.Text, pair.Answer));
        CorpusRecord chat = Match(Usual with { Pairs = PairStyle.Chat }, ("prompt", "p"), ("completion", "c"));
        Assert.Equal([new ChatMessage("user", "p"), new("assistant", "c")], chat.Messages);
        Assert.Equal("<b|a>", Match(Usual with { Template = "<{y}|{x}>" }, ("x", "a"), ("y", "b")).Text);
        Assert.Equal("b", Match(Usual with { Fields = new(Text: "body") }, ("body", "b")).Text);
        Assert.Equal(7, Match(Usual, ("text", "a")).Line);
    }

    [Fact]
    public void What_fits_nothing_names_its_fields()
    {
        Assert.Equal(
            "c.table:7: record: expected the keys \"prompt\" and \"completion\", got the keys x, prompt. Ways out: say "
            + "fields: {prompt: prompt, completion: x}; say fields: {text: x}; say template: \"{x}\\n\\n{prompt}\"",
            Assert.Throws<BadRecordException>(() => Match(
                Usual with { Shape = ShapeName.PromptCompletion }, ("x", "long"), ("prompt", "b"))).Message);
    }

    /// <summary>A row of a table, as a format of columns would give it.</summary>
    private static CorpusRecord Match(CorpusSettings corpus, params (string Name, string? Value)[] row)
    {
        IEnumerable<KeyValuePair<string, DataValue>> fields = row.Select(f => KeyValuePair.Create(
            f.Name, f.Value is null ? NullValue.Instance : (DataValue)new TextValue(f.Value)));
        var record = new FileRecord(new RecordPlace("c.table", 7), new MapValue([.. fields]));
        return new RecordShapes(corpus).Record(record);
    }
}
