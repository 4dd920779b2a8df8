namespace MolEngine.Engine.Models.Common;

/// <summary>PEFT's names of adapter tensors.</summary>
public static class PeftNames
{
    private const string Prefix = "base_model.model.";
    private const string SuffixA = ".lora_A.weight";
    private const string SuffixB = ".lora_B.weight";

    /// <summary>
    /// A tensor's name, for instance <c>base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight</c>.
    /// </summary>
    public static string A(string module) => Prefix + module + SuffixA;

    public static string B(string module) => Prefix + module + SuffixB;

    /// <summary>
    /// The module path of a tensor's name and whether it is A; null where the name is something else.
    /// </summary>
    public static (string Module, bool IsA)? Parse(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        string rest = name[Prefix.Length..];
        if (rest.EndsWith(SuffixA, StringComparison.Ordinal))
            return (rest[..^SuffixA.Length], true);
        return rest.EndsWith(SuffixB, StringComparison.Ordinal) ? (rest[..^SuffixB.Length], false) : null;
    }
}
