using System.Text.Json;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>A real pretrained model on real text, against transformers in fp32.</summary>
public sealed class SmolLm2ParityTests
{
    // Below this margin between the two best logits, fp32 rounding may choose either.
    private const double SmallestMargin = 1e-3;

    [Fact]
    public void Documents_tokenize_and_score_as_transformers_does()
    {
        JsonElement[] documents = [.. Case().GetProperty("documents").EnumerateArray()];
        using var m = new Model();
        int[][] ids = [.. documents.Select(d => m.Tokenizer.Encode(d.GetProperty("text").GetString()!, false))];
        for (int i = 0; i < documents.Length; i++)
            Assert.Equal(Ints(documents[i], "ids"), ids[i]);
        IReadOnlyList<RowFigures> figures = Scorer.Score(m.Ops, m.Config, m.Weights, null, ids);
        for (int i = 0; i < documents.Length; i++)
            Compare.AssertAbsolute($"document {i}", figures[i].CrossEntropy, documents[i].GetProperty("mean_ce").GetDouble(), 1e-4);
    }

    [Fact]
    public void Last_logits_equal_those_of_transformers()
    {
        JsonElement document = Case().GetProperty("documents")[0];
        int[] ids = Ints(document, "ids");
        using var m = new Model();
        using var decoder = new Decoder(m.Ops, m.Config, m.Weights, ids.Length);
        decoder.Append(ids);
        foreach (JsonElement top in document.GetProperty("last_top5").EnumerateArray())
            Compare.AssertAbsolute($"logit {top[0]}", decoder.Logits[top[0].GetInt32()], top[1].GetDouble(), 1e-3);
    }

    [Fact]
    public void Greedy_answers_equal_those_of_transformers()
    {
        using var m = new Model();
        int compared = 0;
        foreach (JsonElement chat in Case().GetProperty("chats").EnumerateArray())
        {
            if (chat.GetProperty("smallest_margin").GetDouble() < SmallestMargin)
                continue;
            int[] prompt = m.Tokenizer.Encode(chat.GetProperty("prompt").GetString()!, false);
            Assert.Equal(Ints(chat, "ids"), prompt);
            int[] expected = Ints(chat, "greedy");
            using var decoder = new Decoder(m.Ops, m.Config, m.Weights, prompt.Length + expected.Length);
            (IReadOnlyList<int> got, _) = TextGenerator.Generate(decoder, prompt, expected.Length, [2]);
            Assert.Equal(expected, got);
            Assert.Equal(chat.GetProperty("text").GetString(), m.Tokenizer.Decode([.. got], true));
            compared++;
        }

        Assert.NotEqual(0, compared);
    }

    private static JsonElement Case() =>
        JsonDocument.Parse(File.ReadAllText(Shared.ReferencePath("cases", "smollm2.json"))).RootElement;

    private static int[] Ints(JsonElement e, string key) => [.. e.GetProperty(key).EnumerateArray().Select(x => x.GetInt32())];

    private sealed class Model() : LoadedModel(SmolLm2Model.Folder)
    {
        public Tokenizer Tokenizer { get; } = Tokenizer.Load(SmolLm2Model.Folder);
    }
}
