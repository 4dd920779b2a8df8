using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Display;

/// <summary>Segments as they are, wrapped by nobody but the terminal.</summary>
internal sealed class Verbatim(IReadOnlyList<Segment> segments) : Renderable
{
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => segments;
}
