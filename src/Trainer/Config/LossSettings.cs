using MolEngine.Engine.Losses;

namespace MolEngine.Trainer.Config;

/// <param name="Alpha">Weight of KL on domain text and, with mol, of CE on general text.</param>
/// <param name="TopN">Tokens of the base model that KL sees one by one.</param>
public sealed record LossSettings(LossKind Kind, double Alpha, int TopN)
{
    public KlDirection Direction { get; init; }

    /// <summary>Part of forward in a mixed KL; 0 where none is mixed.</summary>
    public double Mix { get; init; }

    /// <summary>What is minimised.</summary>
    public LossOptions Options => new(Kind, Alpha, TopN)
    {
        ForwardShare = Direction switch
        {
            KlDirection.Forward => 1,
            KlDirection.Mixed => Mix,
            _ => 0,
        },
    };
}
