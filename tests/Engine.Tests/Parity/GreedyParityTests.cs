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
        using var decoder = new Decoder(c.Ops, c.Config, c.Weights, prompt.Length + expected.Length);
        (IReadOnlyList<int> ids, StopReason stop) = TextGenerator.Generate(decoder, prompt, expected.Length, []);
        Assert.Equal(expected, ids);
        Assert.Equal(StopReason.Length, stop);
    }
}
