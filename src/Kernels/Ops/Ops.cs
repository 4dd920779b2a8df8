using MolEngine.Kernels.Planning;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>
/// What every backend must do: the operations of a transformer, forward and backward. Public methods validate shapes,
/// element types and aliasing once, here; the protected abstract cores only compute. One file per op, the same stem in
/// every layer.
/// </summary>
/// <remarks>
/// Activations, what flows between ops inside a layer, are of <see cref="ActivationType"/>; the residual stream, its
/// gradient, statistics, logits, losses and gradients of weights are fp32 everywhere.
/// Shape letters: T tokens, H hidden, N outputs, K inputs, R rank, Hq / Hkv query / key-value heads, D head size, F
/// intermediate, V vocabulary, P positions. Weights are fp32 or bf16 as stored; their gradients fp32. Gradients of
/// weights are accumulated (+=); gradients of activations are overwritten unless a method says otherwise.
/// </remarks>
public abstract partial class Ops : IDisposable
{
    /// <summary>Backend and level, for people: "cpu (AVX-512, 2 threads)".</summary>
    public abstract string Description { get; }

    /// <summary>
    /// Of activations: fp32, or bf16. The CPU has fp32; a GPU either.
    /// </summary>
    public abstract DType ActivationType { get; }

    /// <summary>
    /// Of the operands of matrix products: that of activations, or bf16 where fp32 ones are rounded for products.
    /// </summary>
    public virtual DType ProductType => ActivationType;

    /// <summary>
    /// Whether cuBLASLt does matrix products, and has not failed so far: their bits are not those of this program's
    /// kernels.
    /// </summary>
    public virtual bool UsesCublasLt => false;

    /// <summary>What it does otherwise than it was asked to.</summary>
    public BackendNotes Notes { get; protected init; } = new();

    /// <summary>The GPU that it computes on, with the memory that is free now; null for the CPU.</summary>
    public virtual GpuModel? Gpu => null;

    /// <summary>Memory of the GPU that is held now, and when most was; null for the CPU.</summary>
    public virtual (DeviceMemoryUse Now, DeviceMemoryUse Most)? MemoryUse => null;

    /// <summary>A named group of allocations on this backend.</summary>
    /// <param name="isOffloaded">
    /// In the host's memory, where a device works in it across the bus: for what is touched once a step. Elsewhere it
    /// makes no difference.
    /// </param>
    public abstract Arena CreateArena(string name, bool isOffloaded = false);

    /// <summary>Bytes of internal workspace held now.</summary>
    public abstract long WorkspaceBytes { get; }

    /// <summary>
    /// A tensor in host memory made reachable for this backend. The CPU returns the same memory (mapped weights stay
    /// mapped);
    /// a device copies it into <paramref name="arena"/>.
    /// </summary>
    public abstract Tensor Adopt(Tensor host, Arena arena);

    /// <summary>Copies host values into a tensor of the same byte size.</summary>
    public abstract void Upload<T>(ReadOnlySpan<T> source, Tensor destination)
        where T : unmanaged;

    /// <summary>Copies a tensor in host memory into one of the same type and count, of any size.</summary>
    public void Upload(Tensor host, Tensor destination)
    {
        Require.Type(nameof(Upload), nameof(destination), destination, host.Type);
        Require.Count(nameof(Upload), nameof(destination), destination, host.Count);
        UploadCore(host, destination);
    }

    /// <summary>Copies a tensor's values to the host, after all queued work on it.</summary>
    public abstract void Download<T>(Tensor source, Span<T> destination)
        where T : unmanaged;

    /// <summary>Copies the values of several F64 tensors to the host: a device is waited for once.</summary>
    public virtual void Download(IReadOnlyList<(Tensor Source, double[] Destination)> parts)
    {
        foreach ((Tensor source, double[] destination) in parts)
            Download<double>(source, destination);
    }

    /// <summary>Waits until all that was asked for is done; faults of that work come out here.</summary>
    public abstract void Synchronize();

    public abstract void Dispose();

    /// <summary>Sets every element to zero.</summary>
    public void Zero(Tensor x)
    {
        Require.Dense(nameof(Zero), nameof(x), x);
        ZeroCore(x);
    }

    /// <summary>Sets every element of all of them to zero: a device clears at once what lies side by side.</summary>
    public void Zero(IReadOnlyList<Tensor> tensors)
    {
        foreach (Tensor x in tensors)
            Require.Dense(nameof(Zero), x.Name, x);
        ZeroCore(tensors);
    }

    /// <summary>
    /// destination = source, converting bf16, f16 and f64 to fp32, or fp32 to bf16 (to nearest, ties to even), where
    /// the types differ. Equal counts. The tensors may be the same one; otherwise they must not overlap.
    /// </summary>
    public void Copy(Tensor source, Tensor destination)
    {
        Require.Count(nameof(Copy), nameof(destination), destination, source.Count);
        if (source.Type == destination.Type)
        {
            Require.SameOrDistinct(nameof(Copy), destination, source);
        }
        else
        {
            if (source.Type != DType.F32 || destination.Type != DType.BF16)
            {
                Require.Type(nameof(Copy), nameof(destination), destination, DType.F32);
                Require.Floating(nameof(Copy), nameof(source), source);
            }

            Require.Distinct(nameof(Copy), destination, source);
        }

        CopyCore(source, destination);
    }

    /// <summary>y += x, fp32, equal counts. x may be y itself.</summary>
    public void Add(Tensor x, Tensor y)
    {
        Require.Type(nameof(Add), nameof(x), x, DType.F32);
        Require.Type(nameof(Add), nameof(y), y, DType.F32);
        Require.Count(nameof(Add), nameof(y), y, x.Count);
        Require.SameOrDistinct(nameof(Add), y, x);
        AddCore(x, y);
    }

    protected abstract void UploadCore(Tensor host, Tensor destination);

    protected abstract void ZeroCore(Tensor x);

    protected virtual void ZeroCore(IReadOnlyList<Tensor> tensors)
    {
        foreach (Tensor x in tensors)
            ZeroCore(x);
    }

    protected abstract void CopyCore(Tensor source, Tensor destination);

    protected abstract void AddCore(Tensor x, Tensor y);
}
