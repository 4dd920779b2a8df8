using MolEngine.Basics.Values;

namespace MolEngine.Evaluation.Tasks;

/// <summary>A layout in which the data of a task is found.</summary>
/// <param name="Test">Patterns below the data folder, or addresses on the Hub, the first that is there counts;
/// <c>{subset}</c> stands for the subset's name.</param>
public sealed record DataSource(IReadOnlyList<string> Test)
{
    /// <summary>The same for examples.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Names of the columns of tables whose first row is data; null: that row names them.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Where within a record of the file the records lie, in a list or a map; <c>*</c>: the record itself is
    /// that map. Null: a record of the file is one.</summary>
    public string? Records { get; init; }

    /// <summary>Which records of the test count, as Python's slices: <c>10:510</c>. Null: all.</summary>
    public Range? Rows { get; init; }

    /// <summary>Paths of the options: one of a list or map of them, or one of each option. Null: the usual ones.
    /// </summary>
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>Path of what says which option is right. Null: the usual ones.</summary>
    public string? Right { get; init; }

    /// <summary>How <see cref="Right"/> says it.</summary>
    public RightAs RightAs { get; init; }

    /// <summary>Names for templates, with the files (patterns, as of <see cref="Test"/>) whose texts they have in every
    /// record.</summary>
    public MapValue Texts { get; init; } = MapValue.Empty;

    /// <summary>Names for templates, with the paths of their values; of several the first that is there.</summary>
    public MapValue Fields { get; init; } = MapValue.Empty;
}
