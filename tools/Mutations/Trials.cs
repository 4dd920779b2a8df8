using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;

namespace MolEngine.Mutations;

/// <summary>Plants faults, one at a time, and lets the checks of the kernels that they change look for them.</summary>
internal sealed class Trials(KernelFolder kernels, NvrtcCompiler compiler, ScratchTests? tests)
{
    private readonly Dictionary<string, string> _whole = [];

    /// <summary>By the kernel that each is of.</summary>
    private static readonly Dictionary<string, KernelCheck> Checks =
        KernelChecks.All.ToDictionary(c => c.Kernel);

    public Verdict Try(Mutant mutant)
    {
        KernelFolder faulty = kernels.With(mutant.File, mutant.In(kernels.Text(mutant.File)!));
        var texts = new Dictionary<string, string>();
        var changed = new List<string>();
        foreach (KernelSource source in faulty.Using(mutant.File))
        {
            try
            {
                texts[source.Name] = compiler.Compile(source, CompileOptions.Embedded).Ptx;
            }
            catch (KernelCompileException e)
            {
                return new Verdict(mutant, Outcome.Refused, "the compiler", e.Message.Split('\n')[0]);
            }

            changed.AddRange(PtxKernels.Changed(Whole(source.Name), texts[source.Name]));
        }

        if (changed.Count == 0)
            return new Verdict(mutant, Outcome.SameCode, "", "no kernel's instructions change");
        var images = new MutatedImages(texts);
        KernelCheck[] own = [.. changed.Select(k => Checks[k])];
        foreach (Instrument instrument in Instrument.All)
        {
            if (instrument.Catch(own, images) is { } caught)
                return new Verdict(mutant, Outcome.Caught, caught.By, caught.Said);
        }

        if (tests?.Catch(faulty, texts.Keys) is { } failed)
            return new Verdict(mutant, Outcome.Caught, "tests", failed);
        if (tests is not null)
            changed.Add("the tests");
        return new Verdict(mutant, Outcome.NotCaught, "", $"passed: {string.Join(", ", changed)}");
    }

    private string Whole(string name) => _whole.TryGetValue(name, out string? ptx)
        ? ptx
        : _whole[name] = compiler.Compile(kernels.Source(name), CompileOptions.Embedded).Ptx;
}
