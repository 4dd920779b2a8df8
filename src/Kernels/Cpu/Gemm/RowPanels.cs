namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// M rows in panels: even ones differ by at most one row (512 in panels of at most 14: 31 of 14 and 6 of 13), so that
/// none is padded; full ones have as many as they may, but for the last.
/// </summary>
internal readonly struct RowPanels
{
    private readonly int _rows;
    private readonly int _shortest;
    private readonly int _longer;

    private RowPanels(int rows, int count, int shortest, int longer) =>
        (_rows, Count, _shortest, _longer) = (rows, count, shortest, longer);

    public int Count { get; }

    public static RowPanels Even(int rows, int most)
    {
        int count = (rows + most - 1) / most;
        return new(rows, count, rows / count, rows % count);
    }

    public static RowPanels Full(int rows, int most) => new(rows, (rows + most - 1) / most, most, 0);

    public int Start(int panel) => (panel * _shortest) + Math.Min(panel, _longer);

    public int Rows(int panel) => Math.Min(_shortest + (panel < _longer ? 1 : 0), _rows - Start(panel));
}
