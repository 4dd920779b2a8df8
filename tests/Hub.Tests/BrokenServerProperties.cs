using FsCheck;
using FsCheck.Fluent;
using MolEngine.Support;
using PropertyAttribute = MolEngine.Support.PropertyAttribute;

namespace MolEngine.Hub.Tests;

/// <summary>Whatever a server does to a file before it sends it truly, the file comes as it is.</summary>
public sealed class BrokenServerProperties
{
    private static readonly byte[] Weights = FakeHub.Bytes(300_000, 1);

    /// <summary>What may happen to an answer of a file's bytes.</summary>
    private enum Mishap
    {
        BreaksOff,
        ForgetsTheRange,
        SendsOtherBytes,
        HasAnotherVersion,
        IsBusy,
    }

    [Property(MaxTest = 30)]
    public Property A_file_survives_its_server() => Prop.ForAll(
        Gen.Zip(
            ArbMap.Default.GeneratorFor<int>().Select(i => (Mishap)(Math.Abs(i) % 5)),
            Gen.Choose(0, Weights.Length)).ListOf(5).ToArbitrary(), mishaps =>
            {
                using var hub = new HubCase { Patience = HubCase.Usual with { Failures = 20 } };
                int answers = 0;
                hub.Hub.Change = (request, usual) =>
                    !request.IsOfBytes(HubCase.Weights) || request.Host != "localhost" || answers == mishaps.Count
                        ? null : Changed(mishaps[answers++], usual);
                _ = hub.Download();
                return Weights.AsSpan().SequenceEqual(File.ReadAllBytes(hub.InSnapshot(HubCase.Weights)))
                    && answers > 0 && !hub.Files().Any(f => f.EndsWith(".incomplete"));
            });

    private static FakeReply Changed((Mishap Kind, int At) mishap, FakeReply usual) => mishap.Kind switch
    {
        Mishap.BreaksOff => usual with { Sent = Math.Min(mishap.At, usual.Body.Length - 1) },
        Mishap.ForgetsTheRange => FakeReply.Of(200, Weights).With("ETag", "\"cdn\"") with { Sent = mishap.At },
        Mishap.SendsOtherBytes => FakeReply.Of(206, Weights[(mishap.At / 2)..])
            .With("Content-Range", $"bytes {mishap.At / 2}-{Weights.Length - 1}/{Weights.Length}"),
        Mishap.HasAnotherVersion => usual.With("ETag", "\"other\"") with { Sent = mishap.At },
        _ => FakeReply.Of(503, "busy").With("Retry-After", "0"),
    };
}
