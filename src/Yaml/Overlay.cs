using MolEngine.Basics.Values;

namespace MolEngine.Yaml;

/// <summary>
/// Keys with values that one file lays over another, as <c>--set</c> does: <c>{loss: {alpha: 0.1}, steps: 80}</c>.
/// </summary>
public static class Overlay
{
    /// <summary>Each entry as <c>KEY=VALUE</c>, for <see cref="ConfigReader.Override"/>.</summary>
    public static IReadOnlyList<string> Settings(MapValue overlay) =>
        [.. overlay.Entries.Select(e => $"{e.Key}={Write(e.Value)}")];

    /// <summary>
    /// As YAML on one line. A text is plain where it may be: of what only looks like a text to JSON (<c>1_000</c>), the
    /// key's own type decides.
    /// </summary>
    public static string Write(DataValue value) => value switch
    {
        MapValue map =>
            $"{{{string.Join(", ", map.Entries.Select(e => $"{KeyTypes.Text.Write(e.Key)}: {Write(e.Value)}"))}}}",
        ListValue list => $"[{string.Join(", ", list.Items.Select(Write))}]",
        TextValue text => KeyTypes.Text.Write(text.Text),
        _ => PlainData.Write(value),
    };
}
