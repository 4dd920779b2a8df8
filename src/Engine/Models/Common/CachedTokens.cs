using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// Makes a forward pass one of generation: its tokens go on sequences that a cache holds, and join it there.
/// </summary>
/// <param name="Layout">Where; its new tokens are those of the pass.</param>
/// <param name="SameBits">
/// Whether a token's result must depend on its sequence alone, to the bit: see <c>Ops.LinearDecode</c> and
/// <see cref="Ops.AttentionPaged"/>.
/// </param>
public sealed record CachedTokens(KvCache Cache, PagedLayout Layout, bool SameBits);
