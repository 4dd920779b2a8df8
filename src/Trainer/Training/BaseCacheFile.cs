using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.BaseCaching;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
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
        long expected = corpora.Sum(c => BaseCache.BytesOf(c.Train.Tokens, topN, vocabSize));
        if (expected > largest)
        {
            ops.Notes.Add(
                $"{ConfigKeys.BaseCache.Path}: all rows would take {ShownSize.Of(expected)}, more than "
                    + $"{ConfigKeys.BaseCacheBytes.Path} ({ShownSize.Of(largest)}): the last ones are computed each "
                    + "time");
        }

        string path = new CacheFolder(Folder, Extension, largest).Place(KeyOf(run, ops, topN), expected);
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
        return Digests.OfText(string.Join(
            '\n',
            [
                $"program {typeof(BaseCacheFile).Assembly.GetName().Version}", .. files, start, $"top {topN}", device,
                DeviceKeys.PrecisionOf(ops), DeviceKeys.GemmOf(ops),
            ]));
    }
}
