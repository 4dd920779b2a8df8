using MolEngine.Basics;
using MolEngine.Engine.Chat.Jinja.Nodes;

namespace MolEngine.Engine.Chat.Jinja.Syntax;

/// <summary>Reads a template into what can run.</summary>
internal sealed class Parser
{
    /// <summary>What Jinja has for templates of many files, and chat templates do not.</summary>
    private static readonly string[] OfManyFiles = ["block", "extends", "include", "import", "from"];

    private readonly TokenStream _stream;
    private readonly ExpressionParser _expressions;
    private readonly Dictionary<string, Func<Statement>> _tags;
    private int _nested;
    private int _loops;
    private bool _isInLoop;

    private Parser(IReadOnlyList<Token> tokens)
    {
        _stream = new TokenStream(tokens);
        _expressions = new ExpressionParser(_stream);
        _tags = new()
        {
            ["if"] = () => If("if"),
            ["for"] = For,
            ["set"] = Set,
            ["macro"] = MacroTag,
            ["call"] = CallTag,
            ["filter"] = FilterTag,
            ["with"] = With,
            ["print"] = PrintTag,
            ["generation"] = GenerationTag,
            ["break"] = () => Jump(Flow.Break),
            ["continue"] = () => Jump(Flow.Continue),
        };
    }

    /// <summary>A whole template.</summary>
    public static Block Parse(IReadOnlyList<Token> tokens)
    {
        var parser = new Parser(tokens);
        return parser.Body("the template", 1);
    }

    /// <summary>Text and tags up to one of the ending tags, which is the current one then.</summary>
    private Block Body(string of, int openLine, params string[] ends)
    {
        if (++_nested > Limits.TemplateTags)
        {
            throw TemplateFault.Syntax(
                $"too deep: expected at most {Limits.TemplateTags} tags in each other, got more", openLine);
        }

        List<Statement> statements = [];
        int line = _stream.Current.Line;
        while (_stream.Current.Kind != TokenKind.End)
        {
            Token token = _stream.Next();
            if (token.Kind == TokenKind.Data)
            {
                statements.Add(new Data(token.Line, token.Text));
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                statements.Add(new Print(token.Line, _expressions.Tuple()));
                _stream.Expect(TokenKind.VariableEnd, "}}");
            }
            else if (ends.Any(_stream.Current.IsName))
            {
                _nested--;
                return new Block(line, statements);
            }
            else
            {
                statements.Add(Tag(of, ends));
                _stream.Expect(TokenKind.BlockEnd, "%}");
            }
        }

        if (ends.Length > 0)
        {
            throw TemplateFault.Syntax(
                $"{{% {of} %}} of line {openLine} is not closed: expected {string.Join(" or ", ends)}, got the end of "
                    + "the template", _stream.Current.Line);
        }

        _nested--;
        return new Block(line, statements);
    }

    private Statement Tag(string of, string[] ends)
    {
        Token name = _stream.Current;
        if (name.Kind != TokenKind.Name)
            throw _stream.Unexpected("the name of a tag");
        if (_tags.TryGetValue(name.Text, out Func<Statement>? tag))
        {
            _stream.Next();
            return tag();
        }

        if (OfManyFiles.Contains(name.Text) || name.Text == "autoescape")
            throw TemplateFault.NotSupported($"the tag '{name.Text}'", name.Line);
        string expected = ends.Length > 0 ? $", or {string.Join(" or ", ends)} of {of}" : "";
        throw TemplateFault.Syntax($"unknown tag '{name.Text}': expected one of Jinja's{expected}", name.Line);
    }

    /// <summary>The rest of an opening tag, and what it holds.</summary>
    private Block Inside(string of, int line, params string[] ends)
    {
        _stream.SkipOperator(":");
        _stream.Expect(TokenKind.BlockEnd, "%}");
        return Body(of, line, ends);
    }

    /// <summary><see cref="Inside"/> up to the closing tag, which is read too.</summary>
    private Block WholeInside(string of, int line, string end)
    {
        Block body = Inside(of, line, end);
        _stream.Next();
        return body;
    }

    /// <summary>Reads what is not part of an <c>if</c>, and not of the loop around it where it is a function.</summary>
    private T Anew<T>(Func<T> read, bool isInLoop)
    {
        (bool lenient, bool loop) = (_expressions.IsLenient, _isInLoop);
        (_expressions.IsLenient, _isInLoop) = (false, isInLoop);
        T value = read();
        (_expressions.IsLenient, _isInLoop) = (lenient, loop);
        return value;
    }

    private If If(string word)
    {
        int line = _stream.Current.Line;
        bool outer = _expressions.IsLenient;
        _expressions.IsLenient = true;
        Expression test = _expressions.Tuple(withConditional: false);
        Block then = Inside(word, line, "elif", "else", "endif");
        List<If> others = [];
        while (word == "if" && _stream.SkipName("elif"))
            others.Add(If("elif"));
        var otherwise = new Block(line, []);
        // The end is the first one's to read.
        if (word == "if" && _stream.SkipName("else"))
            otherwise = WholeInside("else", line, "endif");
        else if (word == "if")
            _stream.Next();
        _expressions.IsLenient = outer;
        return new If(line, test, then, others, otherwise);
    }

    private For For()
    {
        int line = _stream.Current.Line;
        _loops++;
        Target target = Target("in", withAttributes: false);
        _stream.ExpectName("in");
        Expression over = _expressions.Tuple(withConditional: false, end: "recursive");
        Expression? test = _stream.SkipName("if") ? Anew(() => _expressions.Expression(), _isInLoop) : null;
        bool isRecursive = _stream.SkipName("recursive");
        Block body = Anew(() => Inside("for", line, "endfor", "else"), isInLoop: true);
        bool hasElse = _stream.Next().Text == "else";
        Block? otherwise = hasElse
            ? Anew(() => WholeInside("else", line, "endfor"), _isInLoop && !isRecursive)
            : null;
        _loops--;
        return new For(line, new ForParts(target, over, test, isRecursive, body, otherwise));
    }

    private Statement Set()
    {
        int line = _stream.Current.Line;
        Target target = Target(null, withAttributes: true);
        if (_stream.SkipOperator("="))
            return new Assignment(line, target, _expressions.Tuple());
        var filter = (FilterUse?)_expressions.Filters(null);
        Block body = Anew(() => WholeInside("set", line, "endset"), _isInLoop);
        return new BlockAssignment(line, target, filter, body);
    }

    private MacroDefinition MacroTag()
    {
        int line = _stream.Current.Line;
        string name = _stream.Expect(TokenKind.Name, "the name of a macro").Text;
        CheckLoopName(name, line);
        return new MacroDefinition(line, Function(name, "macro", line));
    }

    private CallBlock CallTag()
    {
        int line = _stream.Current.Line;
        (List<string> parameters, List<Expression> defaults) = _stream.Current.IsOperator("(") ? Signature() : ([], []);
        if (_expressions.Expression() is not Call call)
            throw TemplateFault.Syntax("{% call %}: expected a call", line);
        Block body = Anew(() => WholeInside("call", line, "endcall"), isInLoop: false);
        return new CallBlock(line, call, new MacroBody(line, null, parameters, defaults, body));
    }

    private MacroBody Function(string name, string tag, int line)
    {
        (List<string> parameters, List<Expression> defaults) = Anew(Signature, isInLoop: false);
        Block body = Anew(() => WholeInside(tag, line, $"end{tag}"), isInLoop: false);
        return new MacroBody(line, name, parameters, defaults, body);
    }

    private (List<string> Parameters, List<Expression> Defaults) Signature()
    {
        List<string> parameters = [];
        List<Expression> defaults = [];
        _stream.ExpectOperator("(");
        while (!_stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
                _stream.ExpectOperator(",");
            Token name = _stream.Expect(TokenKind.Name, "the name of a parameter");
            if (parameters.Contains(name.Text))
                throw TemplateFault.Syntax($"the parameter '{name.Text}' is there twice", name.Line);
            parameters.Add(name.Text);
            if (_stream.SkipOperator("="))
                defaults.Add(_expressions.Expression());
            else if (defaults.Count > 0)
                throw TemplateFault.Syntax("a parameter without a default follows one with a default", name.Line);
        }

        _stream.Next();
        return (parameters, defaults);
    }

    private FilterBlock FilterTag()
    {
        int line = _stream.Current.Line;
        var filter = (FilterUse)Anew(() => _expressions.Filters(null, isNamed: true)!, _isInLoop);
        return new FilterBlock(line, filter, Anew(() => WholeInside("filter", line, "endfilter"), _isInLoop));
    }

    private With With()
    {
        int line = _stream.Current.Line;
        List<Target> targets = [];
        List<Expression> values = [];
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (targets.Count > 0)
                _stream.ExpectOperator(",");
            targets.Add(Target(null, withAttributes: false));
            _stream.ExpectOperator("=");
            values.Add(_expressions.Expression());
        }

        return new With(line, targets, values, Anew(() => WholeInside("with", line, "endwith"), _isInLoop));
    }

    private Block PrintTag()
    {
        int line = _stream.Current.Line;
        List<Statement> printed = [];
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (printed.Count > 0)
                _stream.ExpectOperator(",");
            printed.Add(new Print(_stream.Current.Line, _expressions.Expression()));
        }

        return new Block(line, printed);
    }

    private GenerationBlock GenerationTag()
    {
        int line = _stream.Current.Line;
        Block body = Anew(() => WholeInside("generation", line, "endgeneration"), isInLoop: false);
        return new GenerationBlock(line, new MacroBody(line, null, [], [], body));
    }

    private Jump Jump(Flow flow)
    {
        int line = _stream.Current.Line;
        return _isInLoop
            ? new Jump(line, flow)
            : throw TemplateFault.Syntax($"{{% {flow.ToString().ToLowerInvariant()} %}} stands in no loop", line);
    }

    /// <summary>A name, an attribute of a namespace, or several with commas between.</summary>
    /// <param name="end">The word before which it ends; null for none.</param>
    private Target Target(string? end, bool withAttributes, bool inBrackets = false)
    {
        int line = _stream.Current.Line;
        List<Target> targets = [];
        bool isTuple = false;
        while (true)
        {
            if (targets.Count > 0)
                _stream.ExpectOperator(",");
            if (_expressions.IsTupleEnd(end) || (targets.Count > 0 && _stream.Current.IsOperator("=")))
                break;
            targets.Add(SingleTarget(withAttributes));
            if (!_stream.Current.IsOperator(","))
                break;
            isTuple = true;
        }

        if (isTuple || (inBrackets && targets.Count == 0))
            return new TupleTarget(line, targets);
        return targets.Count > 0 ? targets[0] : throw _stream.Unexpected("a name to give a value to");
    }

    private Target SingleTarget(bool withAttributes)
    {
        Token token = _stream.Next();
        if (token.IsOperator("("))
        {
            Target inside = Target(null, withAttributes: false, inBrackets: true);
            _stream.ExpectOperator(")");
            return inside;
        }

        if (token.Kind != TokenKind.Name || token.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw TemplateFault.Syntax($"can't assign to {token.Shown}", token.Line);
        if (withAttributes && _stream.SkipOperator("."))
        {
            return new AttributeTarget(
                token.Line, token.Text, _stream.Expect(TokenKind.Name, "the name of an attribute").Text);
        }

        CheckLoopName(token.Text, token.Line);
        return new NameTarget(token.Line, token.Text);
    }

    private void CheckLoopName(string name, int line)
    {
        if (_loops > 0 && name == "loop")
            throw TemplateFault.Syntax("can't assign to the special variable loop", line);
    }
}
