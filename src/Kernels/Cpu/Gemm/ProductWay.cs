using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>How products of a kind are computed: on all workers, or small ones on the calling thread.</summary>
internal abstract unsafe class ProductWay
{
    public abstract void Run(WorkerPool pool, Scratch scratch, in GemmArguments g);

    /// <inheritdoc cref="SingleProduct{P}.Run"/>
    public abstract void RunSingle(in GemmArguments g, float* workspace);

    /// <inheritdoc cref="SingleProduct{P}.Workspace"/>
    public abstract long SingleWorkspace(int n, int k);
}

/// <inheritdoc/>
internal sealed unsafe class ProductWay<P> : ProductWay
    where P : struct, IPanelProduct
{
    public override void Run(WorkerPool pool, Scratch scratch, in GemmArguments g) =>
        GemmTask<P>.Run(pool, scratch, g);

    public override void RunSingle(in GemmArguments g, float* workspace) => SingleProduct<P>.Run(g, workspace);

    public override long SingleWorkspace(int n, int k) => SingleProduct<P>.Workspace(n, k);
}
