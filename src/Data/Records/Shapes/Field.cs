using MolEngine.Basics.Values;

namespace MolEngine.Data.Records.Shapes;

/// <summary>A field of a record by its name.</summary>
/// <param name="AnyCase">Whether letter case counts for nothing where no field has the very name.</param>
internal sealed record Field(ValuePath Path, bool AnyCase)
{
    /// <summary>One that a config names.</summary>
    public static Field Named(string path) => new(ValuePath.Parse(path), AnyCase: false);

    /// <summary>One that is known by its usual name.</summary>
    public static Field Usual(string name) => new(ValuePath.Root.Then(name), AnyCase: true);

    /// <summary>The field in a record; null where it has none, or several of the name in other cases.</summary>
    public FoundField? In(MapValue record)
    {
        if (Path.In(record) is { } value)
            return new(Path, value);
        if (!AnyCase)
            return null;
        FoundField? found = null;
        foreach ((string name, DataValue one) in record.Entries)
        {
            if (!name.Equals(Path.ToString(), StringComparison.OrdinalIgnoreCase))
                continue;
            if (found is not null)
                return null;
            found = new(ValuePath.Root.Then(name), one);
        }

        return found;
    }

    /// <summary>The field as errors show it: in quotes.</summary>
    public override string ToString() => $"\"{Path}\"";
}

/// <summary>A field that a record has.</summary>
internal readonly record struct FoundField(ValuePath Path, DataValue Value);

/// <summary>How well a shape fits a record, from worst to best.</summary>
internal enum ShapeFit
{
    /// <summary>A field is not there.</summary>
    No,

    /// <summary>A field says that it holds nothing.</summary>
    Null,

    /// <summary>A field is an empty text or list.</summary>
    Empty,
    Full,
}
