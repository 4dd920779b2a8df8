namespace MolEngine.Basics;

/// <summary>
/// How deep, large, many and long what is read may be. Files come from anywhere: without a bound, one that is damaged
/// or hostile ends the process, or never lets it end. Each bound is far above what people and programs write, and what
/// is beyond it is refused by name.
/// </summary>
public static class Limits
{
    /// <summary>Characters of a YAML text: a config with 10,000 corpora has fewer.</summary>
    public const int YamlCharacters = 4 << 20;

    /// <summary>Sections and lists in one another in YAML; the deepest key of all has four.</summary>
    public const int YamlLevels = 32;

    /// <summary>Values of a YAML document, aliases written out: ten lines of aliases make a billion.</summary>
    public const int YamlValues = 100_000;

    /// <summary>Elements of a list in a config: a setting that names a later one would make all before it.</summary>
    public const int ConfigListItems = 10_000;

    /// <summary>Objects and lists in one another in JSON of models, runs and requests: .NET's own bound.</summary>
    public const int JsonLevels = 64;

    /// <summary>The same in a record of a corpus: what is deeper is no record that a person wrote.</summary>
    public const int RecordLevels = 128;

    /// <summary>
    /// Bytes of a record of a corpus where no setting says otherwise: what is longer is a file of another kind, or one
    /// whose line breaks are lost. A book has 1 MB, the longest record of common corpora about 10 MB.
    /// </summary>
    public const int RecordBytes = 64 << 20;

    /// <summary>
    /// Bytes that a setting can let a record have: texts and tokens of it are arrays, which .NET bounds.
    /// </summary>
    public const int MostRecordBytes = 1 << 30;

    /// <summary>Bytes of a safetensors file's header, as the format's own library has it.</summary>
    public const long SafetensorsHeaderBytes = 100_000_000;

    /// <summary>Characters of a name that a nearest known one is looked for: that takes their product.</summary>
    public const int NameToCorrect = 200;

    /// <summary>
    /// Time that a regular expression of a file may take on a piece of text: a match takes microseconds, or tries
    /// without end.
    /// </summary>
    public static readonly TimeSpan Pattern = TimeSpan.FromSeconds(0.5);

    /// <summary>Rounds of loops, calls and values of a template: thousands of times what a dialogue takes.</summary>
    public const long TemplateSteps = 5_000_000;

    /// <summary>Characters and items of all texts and lists that a template makes on the way.</summary>
    public const long TemplateProduced = 32L << 20;

    /// <summary>Macros and recursive loops of a template in each other: each takes some of the stack.</summary>
    public const int TemplateCalls = 200;

    /// <summary>Tags of a template in each other: each takes some of the stack.</summary>
    public const int TemplateTags = 100;

    /// <summary>Parts of a template's expression in each other: more is a way to use up the stack.</summary>
    public const int TemplateParts = 200;

    /// <summary>Operations of one expression of a template: those in a row lie in each other too.</summary>
    public const int TemplateOperations = 1000;
}
