namespace MolEngine.Engine.Generation;

/// <summary>Pages that hold a prefix.</summary>
/// <param name="Full">Whole pages of it, in order.</param>
/// <param name="Partly">A page that goes on from them and begins as the prefix does; null where there is none.</param>
/// <param name="PartTokens">Tokens for which it does.</param>
internal readonly record struct PrefixMatch(List<CachedPage> Full, CachedPage? Partly, int PartTokens);
