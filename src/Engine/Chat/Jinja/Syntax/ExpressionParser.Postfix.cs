using MolEngine.Engine.Chat.Jinja.Library;
using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Syntax;

/// <summary>What stands behind a value: attributes, items, calls, filters and tests.</summary>
internal sealed partial class ExpressionParser
{
    private Expression Postfix(Expression value)
    {
        while (true)
        {
            Operation();
            int line = stream.Current.Line;
            if (stream.SkipOperator("."))
                value = Attribute(line, value);
            else if (stream.SkipOperator("["))
                value = Item(line, value);
            else if (stream.Current.IsOperator("("))
                value = new Call(line, value, Arguments());
            else
                return value;
        }
    }

    private Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            Operation();
            if (stream.Current.IsOperator("|"))
                value = Filters(value)!;
            else if (stream.Current.IsName("is"))
                value = Test(value);
            else if (stream.Current.IsOperator("("))
                value = new Call(stream.Current.Line, value, Arguments());
            else
                return value;
        }
    }

    private Expression Attribute(int line, Expression value)
    {
        Token token = stream.Next();
        return token.Kind switch
        {
            TokenKind.Name => new AttributeAccess(line, value, token.Text),
            TokenKind.Integer => new ItemAccess(
                line, value, new Constant(token.Line, Int.Of(Whole(token.Text)))),
            _ => throw TemplateFault.Syntax($"expected a name or number, got {token.Shown}", token.Line),
        };
    }

    private Expression Item(int line, Expression value)
    {
        if (stream.SkipOperator("]"))
            return new ItemAccess(line, value, new SequenceLiteral(line, [], isTuple: true));
        Expression? start = stream.Current.IsOperator(":") ? null : Expression();
        if (start is not null && stream.Current.IsOperator(","))
            return TupleItem(line, value, start);
        if (!stream.SkipOperator(":"))
        {
            stream.ExpectOperator("]");
            return new ItemAccess(line, value, start!);
        }

        Expression? stop = stream.Current.IsOperator(":") || stream.Current.IsOperator("]") ? null : Expression();
        Expression? step = stream.SkipOperator(":") && !stream.Current.IsOperator("]") ? Expression() : null;
        stream.ExpectOperator("]");
        return new SliceAccess(line, value, start, stop, step);
    }

    private ItemAccess TupleItem(int line, Expression value, Expression first)
    {
        stream.ExpectOperator(",");
        List<Expression> items = [first, .. Items("]", () => Expression())];
        return new ItemAccess(line, value, new SequenceLiteral(line, items, isTuple: true));
    }

    private Expression Test(Expression value)
    {
        int line = stream.Next().Line;
        bool isNegated = stream.SkipName("not");
        string name = Dotted(stream.Expect(TokenKind.Name, "the name of a test").Text);
        Applied test = Find(Tests.Find(name), "test", name, line);
        Expression result = new TestUse(line, value, test, TestArguments());
        return isNegated ? new Not(line, result) : result;
    }

    private ArgumentList TestArguments()
    {
        if (stream.Current.IsOperator("("))
            return Arguments();
        Token token = stream.Current;
        bool isArgument = token.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float
            || token.IsOperator("[") || token.IsOperator("{");
        if (!isArgument || token.IsName("else") || token.IsName("or") || token.IsName("and"))
            return ArgumentList.None;
        if (token.IsName("is"))
            throw TemplateFault.Syntax("tests cannot be chained with is", token.Line);
        return new ArgumentList([Postfix(Primary())], [], null, null);
    }

    private string Dotted(string name)
    {
        while (stream.SkipOperator("."))
            name += "." + stream.Expect(TokenKind.Name, "a name").Text;
        return name;
    }

    private ArgumentList Arguments()
    {
        int line = stream.ExpectOperator("(").Line;
        List<Expression> positional = [];
        List<KeyValuePair<string, Expression>> named = [];
        Expression? spread = null, spreadNamed = null;
        bool needsComma = false;
        while (!stream.Current.IsOperator(")"))
        {
            if (needsComma)
                stream.ExpectOperator(",");
            if (needsComma && stream.Current.IsOperator(")"))
                break;
            needsComma = true;
            if (stream.SkipOperator("*"))
            {
                Ensure(spread is null && spreadNamed is null);
                spread = Expression();
            }
            else if (stream.SkipOperator("**"))
            {
                Ensure(spreadNamed is null);
                spreadNamed = Expression();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Following.IsOperator("="))
            {
                Ensure(spreadNamed is null);
                string name = stream.Next().Text;
                stream.Next();
                named.Add(KeyValuePair.Create(name, Expression()));
            }
            else
            {
                Ensure(spread is null && spreadNamed is null && named.Count == 0);
                positional.Add(Expression());
            }
        }

        stream.ExpectOperator(")");
        return new ArgumentList(positional, named, spread, spreadNamed);

        void Ensure(bool isOrdered)
        {
            if (!isOrdered)
                throw TemplateFault.Syntax("the arguments of a call are in an order that cannot be", line);
        }
    }
}
