using MolEngine.Basics.Files;

namespace MolEngine.Yaml;

/// <summary>
/// Where the inputs that a config names lie: beside the config, else in the current directory, else where
/// <see cref="ConfigValues.Names"/> knows them by name. A path that exists wins; <c>~</c> at the beginning of one is
/// the home folder.
/// </summary>
public static class InputPaths
{
    /// <summary>The full path of an input; where it does not exist that is an error.</summary>
    /// <param name="given">As the config has it; "" is a mistake that was told already.</param>
    /// <param name="what">In an error: "a model folder".</param>
    public static string Found(
        ConfigValues v, ConfigKey key, string given, Func<string, bool> exists, string what, string source,
        int index = 0)
    {
        IReadOnlyList<string> found = AllFound(v, key, given, exists, what, source, index);
        if (found.Count > 1)
            v.Wrong(key, source, index, $"expected {what}, got {found.Count}: {found[0]} and others");
        return found.Count == 0 ? "" : found[0];
    }

    /// <summary>
    /// The full paths of an input that may be several files under one name. What does not exist is an error; none are
    /// given back where there was nothing to look for.
    /// </summary>
    /// <inheritdoc cref="Found" path="/param"/>
    public static IReadOnlyList<string> AllFound(
        ConfigValues v, ConfigKey key, string given, Func<string, bool> exists, string what, string source,
        int index = 0)
    {
        if (given.Length == 0)
            return [];
        if (given.Contains('\0'))
        {
            v.Wrong(key, source, index, $"expected {what}, got a name with the character U+0000 in it");
            return [];
        }

        given = HomePath.Expand(given);
        string folder = Path.GetDirectoryName(Path.GetFullPath(source))!;
        string[] places = [.. new[] { Path.GetFullPath(given, folder), Path.GetFullPath(given) }.Distinct()];
        if (places.FirstOrDefault(exists) is { } found)
            return [found];
        NamedInput? named = v.Names?.Invoke(key, given);
        if (named?.Paths.Count > 0)
            return named.Paths;
        if (!v.InputsMayBeAbsent)
        {
            string path = ConfigValues.Concrete(key, index);
            string looked = $"found none at {string.Join(" or ", places)}";
            string got = named is null ? looked
                : named.IsAddress ? $"got {named.Missing}" : $"{looked}, and {named.Missing}";
            v.Errors.Add($"{v.Where(path, source)}: {path}: expected {what}, {got}");
        }

        return [places[0]];
    }
}
