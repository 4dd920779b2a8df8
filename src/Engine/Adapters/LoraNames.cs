namespace MolEngine.Engine.Adapters;

/// <summary>How the two matrices of a low-rank adapter are named.</summary>
public static class LoraNames
{
    /// <summary>Suffix of the [rank, in] matrix, after the module's name.</summary>
    public const string A = ".lora_A";

    /// <summary>Suffix of the [out, rank] matrix.</summary>
    public const string B = ".lora_B";

    /// <summary>PEFT's name for an adapter matrix of a module of a causal language model.</summary>
    public static string Peft(string module, string suffix) => $"base_model.model.{module}{suffix}.weight";
}
