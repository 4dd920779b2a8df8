using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Syntax;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja;

/// <summary>
/// A template in the part of Jinja that chat templates use, as Jinja2 3.1.6 renders it in an immutable sandbox with
/// <c>trim_blocks</c>, <c>lstrip_blocks</c>, <c>break</c> and <c>continue</c>, and with what transformers adds. It is
/// read once and can be rendered by several threads at a time.
/// </summary>
internal sealed class JinjaTemplate
{
    private readonly Block _body;
    private readonly FunctionShape _function = new(null);
    private readonly ScopeStart _start;

    private JinjaTemplate(Block body, IReadOnlyList<Token> tokens)
    {
        _body = body;
        Words = tokens.Where(t => t.Kind is TokenKind.Name or TokenKind.String).Select(t => t.Text).ToHashSet();
        HasGenerationBlocks = tokens.Zip(tokens.Skip(1))
            .Any(t => t.First.Kind == TokenKind.BlockBegin && t.Second.IsName("generation"));
        var symbols = new Symbols(null, _function);
        _body.Declare(symbols);
        _body.Bind(symbols);
        _start = symbols.Start();
    }

    /// <summary>The names and strings that stand in its tags.</summary>
    public IReadOnlySet<string> Words { get; }

    /// <summary>Whether it marks what the assistant says.</summary>
    public bool HasGenerationBlocks { get; }

    /// <exception cref="TemplateFault">The source is no template, or has what is not supported.</exception>
    public static JinjaTemplate Parse(string source)
    {
        IReadOnlyList<Token> tokens = Lexer.Tokenize(source);
        return new JinjaTemplate(Parser.Parse(tokens), tokens);
    }

    /// <summary>Renders the template.</summary>
    /// <param name="inputSize">Size of the texts of the variables.</param>
    /// <param name="places">Learns where messages are written; null where nobody asks.</param>
    /// <param name="isStrict">Whether writing what is not there is an error.</param>
    /// <returns>The rendering, ended: its text and spans.</returns>
    /// <exception cref="TemplateFault">The template raised an error, has one, or does not end.</exception>
    public Render Run(
        IReadOnlyDictionary<string, Value> variables, TimeProvider clock, long inputSize,
        MessagePlaces? places = null, bool isStrict = false)
    {
        var render = new Render(variables, clock, inputSize) { Places = places, IsStrict = isStrict };
        try
        {
            render.RunTemplate(
                new Locals(_function.Count, null),
                () =>
                {
                    _start.Run(render);
                    _body.Run(render);
                });
        }
        catch (TemplateFault fault) when (fault.Line == 0)
        {
            throw fault.At(render.Line);
        }

        return render;
    }
}
