namespace MolEngine.Kernels.Cpu.Attention;

/// <summary>
/// A piece of the work of <see cref="PagedAttention{S, V}"/> for one key/value head: rows From .. To - 1 of a sequence
/// over its pages First .. Last - 1.
/// </summary>
/// <param name="State">
/// Where in the workspace the states of these pages go, in rows; -1 where they are all that the rows see.
/// </param>
internal readonly record struct PagedUnit(int Sequence, int From, int To, int First, int Last, long State)
{
    public int Rows => To - From;
}
