using System.Collections.Concurrent;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Lowering;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Driver;

/// <summary>
/// A PTX text, parsed, with what its kernels were lowered to. Programs do not change, so all drivers of a process share
/// them: a test suite loads the same few texts hundreds of times.
/// </summary>
internal sealed class PreparedPtx
{
    /// <summary>Texts kept; they are forgotten all at once when there are more.</summary>
    private const int Kept = 64;

    private static readonly ConcurrentDictionary<string, PreparedPtx> Known = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, KernelProgram> _programs = new(StringComparer.Ordinal);

    private PreparedPtx(PtxModule module) => Module = module;

    public PtxModule Module { get; }

    /// <exception cref="PtxException">The text is no PTX that the virtual GPU knows.</exception>
    public static PreparedPtx Of(string text)
    {
        if (Known.TryGetValue(text, out PreparedPtx? known))
            return known;
        if (Known.Count >= Kept)
            Known.Clear();
        return Known.GetOrAdd(text, new PreparedPtx(PtxModule.Parse(text)));
    }

    /// <summary>
    /// A kernel's program. Where the module has variables it holds their addresses, and is not shared.
    /// </summary>
    /// <param name="globals">Device addresses of the module's variables.</param>
    /// <exception cref="PtxException">Something that the virtual GPU does not execute.</exception>
    public KernelProgram Program(PtxEntry entry, IReadOnlyDictionary<string, ulong> globals) => globals.Count > 0
        ? KernelLowering.Lower(Module, entry, globals)
        : _programs.GetOrAdd(entry.Name, _ => KernelLowering.Lower(Module, entry, globals));
}
