using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>The normalizers of a tokenizer.json in their order; none leaves a text as it is.</summary>
internal sealed class Normalizer(IReadOnlyList<NormalizerStage> stages)
{
    private readonly NormalizerStage[] _stages = [.. stages];

    /// <summary>Whether characters may vanish.</summary>
    public bool Removes => _stages.Any(s => s.Removes);

    public ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text)
    {
        foreach (NormalizerStage stage in _stages)
            text = stage.Run(text);
        return text;
    }

    public string Run(string text) =>
        _stages.Length == 0 ? text : Encoding.UTF8.GetString(Run(Encoding.UTF8.GetBytes(text)));
}
