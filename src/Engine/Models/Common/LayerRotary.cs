using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// The rotary tables of a model's layers: those with positions share one, those without (<c>no_rope_layers</c>) one
/// that turns nothing.
/// </summary>
internal sealed class LayerRotary
{
    private readonly RotaryTable _rotates;
    private readonly RotaryTable? _stays;
    private readonly HashSet<int> _without;

    /// <param name="arena">Receives the tables, [positions, head_dim / 2] each.</param>
    /// <param name="positions">Positions run from 0 to positions - 1.</param>
    /// <exception cref="Basics.UserException">The model's attention is another at so many positions.</exception>
    public LayerRotary(Ops ops, ModelConfig config, Arena arena, int positions)
    {
        config.AttentionLimit?.Require(positions);
        (float[] cos, float[] sin) = RotaryTables.Compute(config.Rope, config.HeadDim, positions);
        Tensor Upload(string name, float[] values)
        {
            Tensor t = arena.Allocate(name, DType.F32, positions, config.HeadDim / 2);
            ops.Upload<float>(values, t);
            return t;
        }

        _rotates = new RotaryTable(Upload("rotary cos", cos), Upload("rotary sin", sin));
        _without = [.. config.NoRopeLayers];
        if (_without.Count == 0)
            return;
        Array.Fill(cos, 1);
        Array.Clear(sin);
        _stays = new RotaryTable(Upload("cos of no rotation", cos), Upload("sin of no rotation", sin));
    }

    public RotaryTable Of(int layer) => _stays is not null && _without.Contains(layer) ? _stays : _rotates;
}
