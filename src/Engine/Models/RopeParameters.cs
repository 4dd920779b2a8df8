namespace MolEngine.Engine.Models;

/// <summary>How rotary frequencies are scaled; transformers' names.</summary>
public enum RopeType
{
    Default,
    Linear,
    Llama3,
    Yarn,
}

/// <summary>Rotary embedding settings, resolved: every default that transformers would fill in is filled in.</summary>
/// <param name="Type">The scaling.</param>
/// <param name="Theta">Base of the frequencies theta^(-2 i / head_dim).</param>
public sealed record RopeParameters(RopeType Type, double Theta)
{
    /// <summary>Linear, llama3, yarn: by how much positions are stretched.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Llama3: wavelengths above original / this are fully scaled.</summary>
    public double LowFreqFactor { get; init; } = 1;

    /// <summary>Llama3: wavelengths below original / this are left alone.</summary>
    public double HighFreqFactor { get; init; } = 4;

    /// <summary>Llama3, yarn: the context of the first training, in tokens.</summary>
    public double OriginalMaxPositionEmbeddings { get; init; }

    /// <summary>Yarn: dimensions that turn more often than this over the original context are left alone.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Yarn: dimensions that turn less often than this are fully scaled.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Yarn: whether the borders of the ramp are rounded outwards to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>Factor on cos and sin; 1 but for yarn.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>Type, base and factor, for messages.</summary>
    public string Describe() =>
        FormattableString.Invariant($"{Type.ToString().ToLowerInvariant()} of theta {Theta} and factor {Factor}");
}
