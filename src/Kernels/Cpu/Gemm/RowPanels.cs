namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// M rows in panels that differ by at most one row (512 in panels of at most 14: 31 of 14 and 6 of 13), so that none is
/// padded.
/// </summary>
internal readonly struct RowPanels
{
    private readonly int _shortest;
    private readonly int _longer;

    public RowPanels(int rows, int most)
    {
        Count = (rows + most - 1) / most;
        _shortest = rows / Count;
        _longer = rows % Count;
    }

    public int Count { get; }

    public int Start(int panel) => (panel * _shortest) + Math.Min(panel, _longer);

    public int Rows(int panel) => _shortest + (panel < _longer ? 1 : 0);
}
