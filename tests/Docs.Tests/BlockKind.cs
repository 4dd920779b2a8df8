namespace MolEngine.Docs.Tests;

/// <summary>What becomes of a block.</summary>
internal enum BlockKind
{
    /// <summary>A shell runs it as it is printed.</summary>
    Shell,

    /// <summary>Python runs it.</summary>
    Python,

    /// <summary>The loader of its kind of file reads it.</summary>
    Yaml,

    /// <summary>It shows how a command is used: its names must be the program's.</summary>
    Synopsis,

    /// <summary>A command of the same page prints its lines, with other numbers.</summary>
    Output,

    /// <summary>Nothing in it runs.</summary>
    Formula,
}
