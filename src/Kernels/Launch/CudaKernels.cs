using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Launch;

/// <summary>The kernels of a device, each source compiled and loaded when one of its kernels is first asked
/// for.</summary>
/// <param name="context">Kept alive by the modules; not disposed with them.</param>
/// <param name="note">Told where the driver refuses an image and another is loaded instead; null for nobody.</param>
public sealed class CudaKernels(CudaContext context, KernelImages images, Action<string>? note = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (CudaModule Module, KernelImage Image)> _modules = [];
    private readonly Dictionary<(string Source, string Kernel), CudaKernel> _kernels = [];

    /// <summary>Name and origin of what is loaded, in the order of loading.</summary>
    public IEnumerable<(string Name, string Origin)> Loaded
    {
        get
        {
            lock (_gate)
                return [.. _modules.Values.Select(m => (m.Image.Name, m.Image.Origin))];
        }
    }

    /// <summary>A kernel by the name of its source and its own: ("cast", "cast_f32_bf16").</summary>
    /// <exception cref="ArgumentException">There is no such source, or no such kernel in it.</exception>
    public CudaKernel Get(string source, string kernel)
    {
        lock (_gate)
        {
            if (_kernels.TryGetValue((source, kernel), out CudaKernel? known))
                return known;
            (CudaModule module, KernelImage image) = ModuleOf(source);
            KernelSignature signature = image.Signatures.FirstOrDefault(s => s.Name == kernel)
                ?? throw new ArgumentException(
                    $"kernels/{source}.cu: kernel {kernel}: expected one of "
                    + string.Join(", ", image.Signatures.Select(s => s.Name)));
            return _kernels[(source, kernel)] = new CudaKernel(module, signature);
        }
    }

    /// <summary>Unloads all modules; nothing that uses them may be queued.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach ((CudaModule module, _) in _modules.Values)
                module.Dispose();
            _modules.Clear();
            _kernels.Clear();
        }
    }

    private (CudaModule Module, KernelImage Image) ModuleOf(string name)
    {
        if (_modules.TryGetValue(name, out (CudaModule Module, KernelImage Image) known))
            return known;
        return _modules[name] = Load(images.For(KernelSources.Find(name), context.Properties.Capability));
    }

    private (CudaModule Module, KernelImage Image) Load(KernelImage image)
    {
        string file = $"kernels/{image.Name}.cu";
        try
        {
            return (new CudaModule(context, file, image.Bytes), image);
        }
        catch (CudaException e) when (image.Otherwise is not null)
        {
            note?.Invoke(
                $"{file}: the driver refuses {image.Origin} ({e.StatusName}): {image.Otherwise.Origin} runs instead.");
            return Load(image.Otherwise);
        }
    }
}
