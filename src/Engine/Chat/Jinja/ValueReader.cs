using System.Numerics;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja;

/// <summary>Values of formats as templates see them: what Python's <c>json.loads</c> makes of them.</summary>
internal sealed class ValueReader
{
    /// <summary>How much there was to read: characters and values.</summary>
    public long Size { get; private set; }

    public Value Read(DataValue value)
    {
        Nesting.Check();
        Size++;
        switch (value)
        {
            case TextValue text:
                Size += text.Text.Length;
                return new Str(text.Text);
            case NumberValue number:
                return Number(number.Literal);
            case FlagValue flag:
                return Bool.From(flag.IsTrue);
            case ListValue list:
                return new PyList([.. list.Items.Select(Read)]);
            case MapValue map:
                return new PyDict(map.Entries.Select(
                    e => KeyValuePair.Create<Value, Value>(new Str(e.Key), Read(e.Value))));
            default:
                return None.Instance;
        }
    }

    private static Value Number(string literal) => literal.AsSpan().IndexOfAny('.', 'e', 'E') < 0
        ? Int.Of(BigInteger.Parse(literal))
        : new Float(double.Parse(literal));
}
