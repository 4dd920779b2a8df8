using FsCheck;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tests.Training;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Generation;

/// <summary>Whatever joins and leaves at whatever step: a row gets what it gets alone, to the bit.</summary>
public sealed class BatchingPropertyTests : IDisposable
{
    private readonly TinyModel _model = new("qwen3", threads: 1);
    private readonly Dictionary<(int, int, int, bool), (int[] Ids, double[] LogProbs)> _alone = [];

    public void Dispose() => _model.Dispose();

    /// <param name="rows">
    /// Which prompt and how much of it, tokens, steps before the next one joins, and after how many it leaves.
    /// </param>
    [Property(MaxTest = 12)]
    public void Rows_get_what_they_get_alone(
        NonEmptyArray<(byte Prompt, byte Length, byte Tokens, byte Wait, byte Leave)> rows, byte pages, byte atOnce)
    {
        // The longest has 150 tokens of a prompt and 8 of its own: three pages.
        using var batch = new GenerationBatch(
            _model.Ops, _model.Config, _model.Weights, 1 + (atOnce % 5), 64 * (3 + (pages % 6)));
        var asked = new List<(GenerationRow Row, GenerationRequest Request, int LeavesAt)>();
        var got = new Dictionary<GenerationRow, List<GeneratedToken>>();
        int step = 0;
        foreach ((byte prompt, byte length, byte tokens, byte wait, byte leave) in rows.Get)
        {
            GenerationRequest request = Request(prompt % 3, 1 + (length % 150), tokens % 9, tokens % 2 == 0);
            GenerationRow row = batch.Add(request);
            got[row] = [];
            asked.Add((row, request, leave % 4 == 0 ? step + (leave % 16) : int.MaxValue));
            for (int i = 0; i < wait % 4; i++)
                Step();
        }

        for (int most = 0; !batch.IsIdle; most++)
        {
            Assert.True(most < 10_000, "the batch does not end");
            Step();
        }

        foreach ((GenerationRow row, GenerationRequest request, int leavesAt) in asked)
        {
            (int[] ids, double[] logProbs) = Alone(request);
            if (leavesAt == int.MaxValue)
                Assert.Equal(StopReason.Length, row.Stop);
            if (row.Stop == StopReason.Length)
                Assert.Equal(ids, row.Ids);
            Assert.Equal(ids.Take(row.Ids.Count), row.Ids);
            Assert.Equal(row.Ids, got[row].Select(t => t.Id));
            Assert.Equal(logProbs.Take(row.Ids.Count), got[row].Select(t => t.LogProb!.Value));
        }

        Assert.Equal((0, 0), (batch.Running, batch.Waiting));
        Assert.InRange(batch.CachedTokens, 0, batch.Capacity);

        // All room is free again: a row that needs the whole of it starts.
        GenerationRow last = batch.Add(new GenerationRequest(new int[batch.Capacity - 1], 1));
        batch.Step();
        Assert.Equal((0, 1), (batch.Waiting, batch.Running + (last.Stop is null ? 0 : 1)));

        void Step()
        {
            foreach (GeneratedToken token in batch.Step())
                got[token.Row].Add(token);
            step++;
            foreach ((GenerationRow row, _, int leavesAt) in asked)
            {
                if (step >= leavesAt)
                    batch.Remove(row);
            }
        }
    }

    private GenerationRequest Request(int prompt, int length, int tokens, bool isGreedy)
    {
        // Prompts of the same number begin alike; two of the three share their first 70 tokens.
        int[] ids = [.. Tokens(prompt == 2 ? 9 : 8, 70), .. Tokens(prompt, 80)];
        return new GenerationRequest(ids.AsMemory(0, length), tokens)
        {
            Sampling = isGreedy ? null : new SamplingSettings(Temperature: 0.8, TopP: 0.9, PresencePenalty: 0.5),
            Seed = (ulong)prompt,
            TopLogProbs = 0,
        };

        int[] Tokens(int seed, int count) => _model.Rows(seed, [count])[0].Tokens.ToArray();
    }

    private (int[] Ids, double[] LogProbs) Alone(GenerationRequest request)
    {
        var key = ((int)request.Seed, request.Prompt.Length, request.MaxTokens, request.Sampling is null);
        if (_alone.TryGetValue(key, out (int[] Ids, double[] LogProbs) known))
            return known;
        using var batch = new GenerationBatch(
            _model.Ops, _model.Config, _model.Weights, 1, 192, sharesPrefixes: false);
        GenerationRow row = batch.Add(request);
        var logProbs = new List<double>();
        while (!batch.IsIdle)
            logProbs.AddRange(batch.Step().Select(t => t.LogProb!.Value));
        return _alone[key] = ([.. row.Ids], [.. logProbs]);
    }
}
