namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// A kind of product as <see cref="GemmTask{P}"/> drives it: panels of A and of B are packed once and meet in tiles of
/// C. Its members are bound when the type argument is known.
/// </summary>
internal unsafe interface IPanelProduct
{
    /// <summary>Rows of a panel of A, at most.</summary>
    static abstract int MaxRows { get; }

    /// <summary>Columns of a panel of B.</summary>
    static abstract int Columns { get; }

    /// <summary>How rows of A are cut into panels.</summary>
    static abstract RowPanels Panels(int rows);

    /// <summary>Room that a packed panel of A takes, in floats, for so many steps of k.</summary>
    static abstract nint PanelOfA(int depth);

    /// <summary>Room that a packed panel of B takes, in floats, for so many steps of k.</summary>
    static abstract nint PanelOfB(int depth);

    /// <summary>Makes the calling thread ready for tiles.</summary>
    static abstract void Begin();

    /// <summary>Undoes <see cref="Begin"/>.</summary>
    static abstract void End();

    /// <summary>Packs rows <paramref name="first"/> .. of A over a block of k.</summary>
    static abstract void PackA(in GemmArguments g, int first, int rows, int start, int depth, float* to);

    /// <summary>Packs a panel of columns from <paramref name="first"/> on over a block of k; zeros from N on.</summary>
    static abstract void PackB(in GemmArguments g, int first, int start, int depth, float* to);

    /// <summary>A tile of C from packed panels.</summary>
    /// <param name="row">First row in C.</param>
    /// <param name="columnPanel">Which panel of columns.</param>
    /// <param name="next">What is needed soon: fetched at <paramref name="nextStep"/> floats a step of k.</param>
    static abstract void Tile(
        in GemmArguments g, int row, int rows, int columnPanel, int depth, float* a, float* b, bool accumulate,
        float* next, nint nextStep);
}
