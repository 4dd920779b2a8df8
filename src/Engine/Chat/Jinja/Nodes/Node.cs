using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary>A part of a template. It is first told what names its scopes have, then it runs.</summary>
/// <param name="line">Where it begins, from 1.</param>
internal abstract class Node(int line)
{
    public int Line { get; } = line;

    /// <summary>The parts of this one, in the order in which Jinja looks at their names.</summary>
    public abstract IEnumerable<Node> Parts { get; }

    /// <summary>Tells a scope which names this part reads and sets in it: not those of scopes inside.</summary>
    public virtual void Declare(Symbols symbols)
    {
        foreach (Node part in Parts)
            part.Declare(symbols);
    }

    /// <summary>Learns from a scope, which knows all its names by now, where they are.</summary>
    public virtual void Bind(Symbols symbols)
    {
        foreach (Node part in Parts)
            part.Bind(symbols);
    }

    /// <summary>Finds special names that are read without having been set.</summary>
    public virtual void FindSpecial(SpecialNames names)
    {
        foreach (Node part in Parts)
            part.FindSpecial(names);
    }
}

/// <summary>What gives a value.</summary>
internal abstract class Expression(int line) : Node(line)
{
    public abstract Value Evaluate(Render render);
}

/// <summary>How a run goes on.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>What does something.</summary>
internal abstract class Statement(int line) : Node(line)
{
    public abstract Flow Run(Render render);
}

/// <summary>Statements, one after the other.</summary>
internal sealed class Block(int line, IReadOnlyList<Statement> statements) : Statement(line)
{
    private readonly Statement[] _statements = [.. statements];

    public IReadOnlyList<Statement> Statements => _statements;

    public override IEnumerable<Node> Parts => _statements;

    public override Flow Run(Render render)
    {
        foreach (Statement statement in _statements)
        {
            render.Line = statement.Line;
            render.Step();
            if (statement.Run(render) is var flow && flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }
}

/// <summary>Which of the names that a macro or a loop has unasked its body reads.</summary>
internal sealed class SpecialNames(params IEnumerable<string> names)
{
    private readonly HashSet<string> _open = [.. names];
    private readonly HashSet<string> _read = [];

    /// <summary>The names that a body reads.</summary>
    public static IReadOnlySet<string> ReadBy(Node body, params IEnumerable<string> names)
    {
        var special = new SpecialNames(names);
        body.FindSpecial(special);
        return special._read;
    }

    public void Read(string name)
    {
        if (_open.Contains(name))
            _read.Add(name);
    }

    public void Set(string name) => _open.Remove(name);
}
