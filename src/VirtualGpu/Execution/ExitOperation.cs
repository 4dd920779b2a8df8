namespace MolEngine.VirtualGpu.Execution;

/// <summary>ret and exit.</summary>
internal sealed class ExitOperation : Operation
{
    public override bool IsControl => true;

    public override void Execute(Warp warp, uint mask) => throw new InvalidOperationException();

    public override void Control(Warp warp, uint mask)
    {
        bool some = mask != warp.Mask;
        if (mask != 0)
            warp.Exit(mask);
        if (some)
            warp.Advance();
    }
}
