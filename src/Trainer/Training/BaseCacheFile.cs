using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.BaseCaching;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Training;

/// <summary>Where the base's distributions of a run's rows are kept, and how much of the disk they may take.</summary>
internal static class BaseCacheFile
{
    private const string Extension = ".rows";

    /// <summary>The folder of all of them.</summary>
    public static string Folder => CacheFolder.Locate("base");

    /// <summary>Opens the cache of a run; null where it has none.</summary>
    /// <param name="topN">n of the base's top n.</param>
    public static BaseCache? Open(RunConfig run, Ops ops, int vocabSize, int topN, IReadOnlyList<Corpus> corpora)
    {
        if (run.BaseCacheBytes is not { } largest || !run.NeedsBase)
            return null;
        string path = Path.Combine(Folder, KeyOf(run, ops, topN) + Extension);
        long expected = corpora.Sum(c => BaseCache.BytesOf(c.Train.Tokens, topN, vocabSize));
        if (expected > largest)
        {
            ops.Notes.Add(
                $"{ConfigKeys.BaseCache.Path}: all rows would take {ShownSize.Of(expected)}, more than "
                    + $"{ConfigKeys.BaseCacheBytes.Path} ({ShownSize.Of(largest)}): the last ones are computed each "
                    + "time");
        }

        MakeRoom(path, Math.Max(0, largest - expected));
        return BaseCache.Open(
            path, run.MicroBatch * run.Data.Context, topN, vocabSize, largest, ops.Notes.Add);
    }

    /// <summary>Bytes of the disk for so many tokens, at most.</summary>
    public static long BytesOf(long tokens, int topN, int vocabSize) =>
        BaseCache.BytesOf(tokens, Math.Min(topN, vocabSize), vocabSize);

    /// <summary>All that the numbers of a row follow from, besides the row: other bits are another file.</summary>
    private static string KeyOf(RunConfig run, Ops ops, int topN)
    {
        string device = ops.Gpu is null ? $"cpu {SimdLevels.Best}" : ops.Description;
        string start = run.Init.Kind == InitKind.Random ? $"random {run.Init.Seed}" : "pretrained";
        IEnumerable<string> files = InputFiles.Of(run.Model, null, run.Base)
            .Where(f => f.Key is not (InputFiles.ChatTemplate or InputFiles.Tokenizer))
            .OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value}");
        string precision = ops.ActivationType == DType.BF16 ? "bf16" : "fp32";
        return Digests.OfText(string.Join(
            '\n',
            [
                $"program {typeof(BaseCacheFile).Assembly.GetName().Version}", .. files, start, $"top {topN}", device,
                precision, DeviceKeys.GemmOf(ops),
            ]));
    }

    /// <summary>Removes the files of other models and devices, those used longest ago first, down to a size.</summary>
    private static void MakeRoom(string own, long largest)
    {
        if (!Directory.Exists(Folder))
            return;
        long bytes = 0;
        IEnumerable<FileInfo> others = new DirectoryInfo(Folder).GetFiles($"*{Extension}")
            .Where(f => f.FullName != Path.GetFullPath(own)).OrderByDescending(f => f.LastWriteTimeUtc);
        foreach (FileInfo file in others)
        {
            bytes += file.Length;
            if (bytes > largest)
                Remove(file);
        }
    }

    private static void Remove(FileInfo file)
    {
        try
        {
            file.Delete();
            File.Delete($"{file.FullName}.lock");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays, and goes with a later run.
        }
    }
}
