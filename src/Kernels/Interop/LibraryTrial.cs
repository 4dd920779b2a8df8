namespace MolEngine.Kernels.Interop;

/// <summary>A place where a library was looked for, and what came of it: "loaded", "absent" or the loader's
/// words.</summary>
public sealed record LibraryTrial(string Path, string Outcome)
{
    internal const string Absent = "absent", Unknown = "not found by the system";
}
