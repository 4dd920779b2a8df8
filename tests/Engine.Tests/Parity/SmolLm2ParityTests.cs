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
            Compare.AssertAbsolute(
                $"document {i}", figures[i].CrossEntropy, documents[i].GetProperty("mean_ce").GetDouble(), 1e-4);
    }

    [Fact]
    public void Last_logits_equal_those_of_transformers()
    {
        JsonElement document = Case().GetProperty("documents")[0];
        int[] ids = Ints(document, "ids");
        using var m = new Model();
        using var batch = new GenerationBatch(m.Ops, m.Config, m.Weights, 1, ids.Length);
        batch.Add(new GenerationRequest(ids, 1) { TopLogProbs = 20 });
        var tokens = new List<GeneratedToken>();
        while (!batch.IsIdle)
            tokens.AddRange(batch.Step());
        IReadOnlyList<TokenLogProb> got = tokens.Single().Top;
        (int Id, double Logit)[] top =
            [.. document.GetProperty("last_top5").EnumerateArray().Select(t => (t[0].GetInt32(), t[1].GetDouble()))];

        // Log-probabilities differ from logits by one number.
        double shift = top[0].Logit - got[0].LogProb;
        for (int i = 0; i < top.Length; i++)
        {
            Assert.Equal(top[i].Id, got[i].Id);
            Compare.AssertAbsolute($"logit {top[i].Id}", got[i].LogProb + shift, top[i].Logit, 1e-3);
        }
    }

    [Fact]
    public void Greedy_answers_equal_those_of_transformers()
    {
        using var m = new Model();
        using var batch = new GenerationBatch(m.Ops, m.Config, m.Weights, 8, 8192);
        var rows = new List<(GenerationRow Row, JsonElement Chat)>();
        foreach (JsonElement chat in Case().GetProperty("chats").EnumerateArray())
        {
            if (chat.GetProperty("smallest_margin").GetDouble() < SmallestMargin)
                continue;
            int[] prompt = m.Tokenizer.Encode(chat.GetProperty("prompt").GetString()!, false);
            Assert.Equal(Ints(chat, "ids"), prompt);
            int[] expected = Ints(chat, "greedy");
            rows.Add((batch.Add(new GenerationRequest(prompt, expected.Length) { StopIds = [2] }), chat));
        }

        Assert.NotEmpty(rows);
        while (!batch.IsIdle)
            batch.Step();
        foreach ((GenerationRow row, JsonElement chat) in rows)
        {
            Assert.Equal(Ints(chat, "greedy"), row.Ids);
            Assert.Equal(chat.GetProperty("text").GetString(), m.Tokenizer.Decode([.. row.Ids], true));
        }
    }

    private static JsonElement Case() =>
        JsonDocument.Parse(File.ReadAllText(Shared.ReferencePath("cases", "smollm2.json"))).RootElement;

    private static int[] Ints(JsonElement e, string key) =>
        [.. e.GetProperty(key).EnumerateArray().Select(x => x.GetInt32())];

    private sealed class Model() : LoadedModel(SmolLm2Model.Folder)
    {
        public Tokenizer Tokenizer { get; } = Tokenizer.Load(SmolLm2Model.Folder);
    }
}
