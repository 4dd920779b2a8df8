namespace MolEngine.Mutations;

/// <summary>What became of a mutant, and by what.</summary>
/// <param name="By">The instrument, for the table: "values", or the kind of fault that the virtual GPU saw; empty where
/// nothing caught it.</param>
/// <param name="Said">The check and its message, or what was tried.</param>
internal sealed record Verdict(Mutant Mutant, Outcome Outcome, string By, string Said);
