namespace MolEngine.Runs.Experiments;

/// <summary>A run on the texts of one source; figures are in nats a token.</summary>
/// <param name="CeBefore">Cross-entropy of the base.</param>
/// <param name="ReverseKl">KL(run || base).</param>
/// <param name="ForwardKl">KL(base || run).</param>
public sealed record JudgedText(
    string Name, bool IsDomain, long Tokens, double CeBefore, double CeAfter, double ReverseKl, double ForwardKl,
    IReadOnlyList<JudgedDocument> Documents);

/// <param name="Tokens">Predicted tokens.</param>
public sealed record JudgedDocument(int Tokens, double CeAfter, double ReverseKl, double ForwardKl);
