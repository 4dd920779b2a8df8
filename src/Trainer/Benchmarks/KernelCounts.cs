using MolEngine.VirtualGpu.Counters;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>What the launches of a kernel in a call of an op did on the virtual GPU, together.</summary>
internal sealed class KernelCounts(BenchCase call, string kernel)
{
    private const int SectorBytes = 32;

    private long _needed;
    private long _asked;
    private long _sectors;
    private long _requests;
    private long _conflicts;
    private long _sharedRequests;
    private long _tensorOperations;
    private long _floatOperations;

    public BenchCase Call => call;

    public string Kernel => kernel;

    public int Launches { get; private set; }

    public int ThreadsPerBlock { get; private set; }

    public int DynamicSharedBytes { get; private set; }

    /// <summary>That must move; null where nothing says.</summary>
    public long? NeededBytes => (call.BytesOf(kernel) ?? _needed) is > 0 and var bytes ? bytes : null;

    /// <summary>Of the sectors that multiprocessors asked of the caches and memory behind them.</summary>
    public long MovedBytes => _sectors * SectorBytes;

    public double? Ratio => MovedBytes / (double?)NeededBytes;

    /// <summary>Sectors of a warp's load or store.</summary>
    public double SectorsPerRequest => Share(_sectors, _requests);

    /// <summary>Sectors that would hold what its lanes asked for.</summary>
    public double SectorsNeededPerRequest => Share(_asked / (double)SectorBytes, _requests);

    /// <summary>Passes over the banks beyond the first, a request to shared memory.</summary>
    public double ConflictsPerRequest => Share(_conflicts, _sharedRequests);

    /// <summary>Of all arithmetic in floating point, what tensor cores do.</summary>
    public double TensorShare => Share(_tensorOperations, _tensorOperations + _floatOperations);

    /// <param name="work">What the meter was told of it.</param>
    public void Add(LaunchCounters c, IEnumerable<WorkLog.Entry> work)
    {
        Launches++;
        ThreadsPerBlock = c.ThreadsPerBlock;
        DynamicSharedBytes = Math.Max(DynamicSharedBytes, c.DynamicSharedBytes);
        _needed += work.Sum(w => w.BytesIn(call));
        _asked += c.GlobalBytesLoaded + c.GlobalBytesStored;
        _sectors += c.GlobalSectorsLoaded + c.GlobalSectorsStored;
        _requests += c.GlobalLoadRequests + c.GlobalStoreRequests;
        _conflicts += c.SharedBankConflicts;
        _sharedRequests += c.SharedRequests;
        _tensorOperations += c.TensorOperations;
        _floatOperations += c.Float32Operations;
    }

    private static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
}
