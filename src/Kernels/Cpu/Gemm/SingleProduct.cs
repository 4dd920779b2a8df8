namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>A product on the calling thread alone, with the sums of <see cref="GemmTask{P}"/>.</summary>
internal static unsafe class SingleProduct<P>
    where P : struct, IPanelProduct
{
    /// <summary>Floats that it works in, for products of so many columns and k's, or fewer.</summary>
    public static long Workspace(int n, int k)
    {
        int depth = KBlocks.LargestUpTo(k);
        return P.PanelOfA(depth) + (ColumnPanels(n) * P.PanelOfB(depth));
    }

    public static void Run(in GemmArguments g, float* workspace)
    {
        P.Begin();
        var blocks = new KBlocks(g.K);
        RowPanels panels = P.Panels(g.M);
        int columnPanels = ColumnPanels(g.N);
        float* a = workspace + (columnPanels * P.PanelOfB(blocks.Largest));
        for (int block = 0; block < blocks.Count; block++)
        {
            int start = blocks.Start(block), depth = blocks.Depth(block);
            nint panelOfB = P.PanelOfB(depth);
            for (int j = 0; j < columnPanels; j++)
                P.PackB(g, j * P.Columns, start, depth, workspace + (j * panelOfB));
            for (int p = 0; p < panels.Count; p++)
            {
                int first = panels.Start(p), rows = panels.Rows(p);
                P.PackA(g, first, rows, start, depth, a);
                for (int j = 0; j < columnPanels; j++)
                {
                    float* b = workspace + (j * panelOfB);
                    P.Tile(g, first, rows, j, depth, a, b, g.Accumulate || block > 0, a, 0);
                }
            }
        }

        P.End();
    }

    private static int ColumnPanels(int n) => (n + P.Columns - 1) / P.Columns;
}
