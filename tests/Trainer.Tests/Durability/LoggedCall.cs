using System.Globalization;
using MolEngine.FaultHost;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>A call that changed files, as the preloaded library wrote it down.</summary>
/// <param name="Path">From the run's folder on.</param>
/// <param name="To">Of a rename.</param>
internal sealed record LoggedCall(int Index, CallKinds Kind, string Path, string To)
{
    public static LoggedCall[] Read(string log, string folder) =>
        [.. File.ReadLines(log).Select(l => l.Split('\t')).Select(p => new LoggedCall(
        int.Parse(p[0], CultureInfo.InvariantCulture), Enum.Parse<CallKinds>(p[1], ignoreCase: true),
        System.IO.Path.GetRelativePath(folder, p[2]), p[3] == "" ? "" : System.IO.Path.GetRelativePath(folder, p[3])))];

    public override string ToString() => $"call {Index}, {Kind} {Path} {To}".TrimEnd();
}
