namespace MolEngine.Yaml;

/// <summary>Where the inputs that a config names lie: beside the config, else in the current directory.</summary>
public static class InputPaths
{
    /// <summary>The full path of an input; where it does not exist that is an error (and "" is given back).</summary>
    /// <param name="given">As the config has it; "" is a mistake that was told already.</param>
    /// <param name="what">In an error: "a model folder".</param>
    public static string Found(
        ConfigValues v, ConfigKey key, string given, Func<string, bool> exists, string what, string source,
        int index = 0)
    {
        if (given.Length == 0)
            return "";
        string folder = Path.GetDirectoryName(Path.GetFullPath(source))!;
        string[] places = [.. new[] { Path.GetFullPath(given, folder), Path.GetFullPath(given) }.Distinct()];
        string? found = places.FirstOrDefault(exists);
        if (found is null && !v.InputsMayBeAbsent)
        {
            string path = ConfigValues.Concrete(key, index);
            string looked = string.Join(" or ", places);
            v.Errors.Add($"{v.Where(path, source)}: {path}: expected {what}, found none at {looked}");
        }

        return found ?? places[0];
    }
}
