using System.Diagnostics;
using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Interop;
using MolEngine.Mutations;

// Plants faults in the kernels, one at a time and in memory, and tells which check catches each:
//
//     dotnet run -c Release --project tools/Mutations -- [--file NAME]... [--kind NAME]... [--generic N]
//         [--tests CLASSES]
//
// Faults are those of faults.json; --generic adds N that operators make of the sources, spread over all of them.
// --tests also runs those classes of tests/Kernels.Tests (built before, in Release) on what the checks let pass, in a
// scratch copy. Runs at the root of the repository, and needs NVRTC (MOLENGINE_CUDA_PATH).
const string Usage = "usage: [--file NAME]... [--kind NAME]... [--generic N] [--tests CLASSES]";

var files = new List<string>();
var kinds = new List<string>();
int generic = 0;
string? classes = null;
for (int i = 0; i < args.Length; i++)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    switch (args[i++])
    {
        case "--file" when value is not null:
            files.Add(value);
            break;
        case "--kind" when value is not null:
            kinds.Add(value);
            break;
        case "--generic" when int.TryParse(value, out generic) && generic > 0:
            break;
        case "--tests" when value is not null:
            classes = value;
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}

(NvrtcCompiler? compiler, string sentence, _) = CudaToolkit.FindNvrtc(LibrarySearch.Here);
if (compiler is null)
{
    Console.Error.WriteLine($"NVRTC: {sentence}. Set MOLENGINE_CUDA_PATH to its folder.");
    return 3;
}

KernelFolder kernels = KernelFolder.Read("kernels");
Mutant[] listed;
try
{
    listed = [.. FaultList.Read(Path.Combine("tools", "Mutations", "faults.json"), kernels).Where(IsAsked)];
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

Mutant[] made = [.. kernels.Files.SelectMany(f => Operators.Of(f, kernels.Text(f)!)).Where(IsAsked)];
int taken = Math.Min(generic, made.Length);
Mutant[] all = [.. listed, .. Enumerable.Range(0, taken).Select(i => made[(int)((long)i * made.Length / taken)])];
string scratch = Path.Combine(Path.GetTempPath(), $"mutations-{Environment.ProcessId}");
using ScratchTests? tests = classes is null ? null : new ScratchTests(".", scratch, classes, compiler);
if (Instrument.All.Select(i => i.Catch(KernelChecks.All, KernelImages.Carried)).FirstOrDefault(c => c is not null)
    is { } wrong)
{
    Console.Error.WriteLine($"kernels without a fault: expected their checks to pass, got {wrong.Said}");
    return 2;
}

var trials = new Trials(kernels, compiler, tests);
var verdicts = new List<Verdict>();
foreach (Mutant mutant in all)
{
    long start = Stopwatch.GetTimestamp();
    Verdict verdict = trials.Try(mutant);
    verdicts.Add(verdict);
    Console.WriteLine(MutationTable.Line(verdict, kernels, Stopwatch.GetElapsedTime(start)));
}

Console.WriteLine();
Console.Write(MutationTable.Of(verdicts));
bool isListWrong = verdicts.Take(listed.Length).Any(v => v.Outcome is Outcome.Refused or Outcome.SameCode);
return isListWrong || verdicts.Any(v => MutationTable.IsMissed(v) || MutationTable.IsStale(v)) ? 1 : 0;

bool IsAsked(Mutant m) =>
    (files.Count == 0 || files.Contains(m.File)) && (kinds.Count == 0 || kinds.Contains(m.Kind));
