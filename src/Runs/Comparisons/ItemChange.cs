namespace MolEngine.Runs.Comparisons;

/// <summary>An item of a task as base and model answered it.</summary>
/// <param name="RightBefore">Probability of the right choice among the choices; null where nothing is chosen.</param>
/// <param name="Drop">
/// How much less the right answer became: in probability, else in score; negative where it became more.
/// </param>
public sealed record ItemChange(
    string Subset, int Item, string Prompt, string Expected, string SaidBefore, string SaidAfter, double ScoreBefore,
    double ScoreAfter, double? RightBefore, double? RightAfter, double Drop);
