namespace MolEngine.VirtualGpu.Ptx;

/// <summary>A declared register. Two of one name in different scopes are two objects.</summary>
internal sealed class PtxRegister(string name, PtxType type, int index)
{
    public string Name { get; } = name;

    public PtxType Type { get; } = type;

    /// <summary>Number within its entry, from 0.</summary>
    public int Index { get; } = index;

    public bool IsPredicate => Type == PtxType.Pred;

    public bool IsWide => Type.Size() == 8;
}
