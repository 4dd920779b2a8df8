namespace MolEngine.Mutations;

/// <summary>What became of a mutant.</summary>
internal enum Outcome
{
    /// <summary>A check failed.</summary>
    Caught,

    /// <summary>All checks passed.</summary>
    NotCaught,

    /// <summary>The compiler makes the same instructions of it: it is no fault.</summary>
    SameCode,

    /// <summary>The compiler refuses it.</summary>
    Refused,
}
