using System.Text.Json;
using MolEngine.Engine.Generation;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>Greedy continuations over the key/value cache.</summary>
public sealed class GreedyParityTests
{
    public static TheoryData<string> Cases => [.. Shared.CasesWith("greedy.json")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Greedy_tokens_equal_the_reference(string name)
    {
        using var c = new ReferenceCase(name);
        JsonElement facts = c.Json("greedy");
        int[] prompt = [.. facts.GetProperty("prompt").EnumerateArray().Select(x => x.GetInt32())];
        int[] expected = [.. facts.GetProperty("greedy").EnumerateArray().Select(x => x.GetInt32())];
        using var batch = new GenerationBatch(c.Ops, c.Config, c.Weights, 1, prompt.Length + expected.Length);
        GenerationRow row = batch.Add(new GenerationRequest(prompt, expected.Length));
        while (!batch.IsIdle)
            batch.Step();
        Assert.Equal(expected, row.Ids);
        Assert.Equal(StopReason.Length, row.Stop);
    }
}
