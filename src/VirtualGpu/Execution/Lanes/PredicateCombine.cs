namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>What setp does with a further predicate.</summary>
internal enum PredicateCombine
{
    None,
    And,
    Or,
    Xor,
}
