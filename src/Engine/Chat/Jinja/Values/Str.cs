using System.Numerics;
using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>A text. Its places are code points.</summary>
/// <param name="isSafe">Whether it is marked as HTML (<c>safe</c>, <c>escape</c>).</param>
internal sealed class Str(string text, bool isSafe = false) : Value
{
    private int _length = -1;
    private int _hash;

    public static Str Empty { get; } = new("");

    public string Text { get; } = text;

    public bool IsSafe { get; } = isSafe;

    public override string TypeName => IsSafe ? "Markup" : "str";

    public override bool IsTrue => Text.Length > 0;

    public override bool HasItems => true;

    public override int? Length => CodePoints;

    private int CodePoints => _length >= 0 ? _length : _length = Count(Text);

    private bool IsPlain => CodePoints == Text.Length;

    /// <summary>How many code points a text has; a lone surrogate is one.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int pairs = 0;
        int first = text.IndexOfAnyInRange('\uD800', '\uDBFF');
        for (int i = first; i >= 0 && i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
                (pairs, i) = (pairs + 1, i + 1);
        }

        return text.Length - pairs;
    }

    /// <summary>The unit where a code point begins.</summary>
    public static int UnitOf(string text, int place)
    {
        int at = 0;
        for (int i = 0; i < place && at < text.Length; i++)
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return at;
    }

    /// <summary>Python's <c>repr</c> of a text.</summary>
    public static string Quoted(string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var quoted = new StringBuilder(text.Length + 2).Append(quote);
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = char.IsSurrogatePair(text, i);
            quoted.Append(Printed.Escape(text, i, quote));
            if (isPair)
                i++;
        }

        return quoted.Append(quote).ToString();
    }

    public override string Repr() => IsSafe ? $"Markup({Quoted(Text)})" : Quoted(Text);

    public override string Print() => Text;

    public override bool IsEqual(Value other) => other is Str s && s.Text == Text;

    /// <summary>Kept: names that stand in a template are looked up again and again.</summary>
    public override int Hash() => _hash != 0 ? _hash : _hash = Text.GetHashCode(StringComparison.Ordinal);

    public override Value? Attribute(string name) => StrMethods.Find(this, name);

    public override Value? Item(Value key)
    {
        if (key is not Int index)
            return null;
        BigInteger place = index.Number.Sign < 0 ? index.Number + CodePoints : index.Number;
        if (place.Sign < 0 || place >= CodePoints)
            return null;
        return With(IsPlain ? Text[(int)place].ToString() : At(UnitOf(Text, (int)place)));
    }

    public override Value Slice(SliceBounds bounds)
    {
        IEnumerable<int> places = bounds.Places(CodePoints);
        if (IsPlain)
            return With(string.Concat(places.Select(p => Text[p])));
        string[] points = [.. Points()];
        return With(string.Concat(places.Select(p => points[p])));
    }

    public override IEnumerable<Value> Items() => Points().Select(p => (Value)With(p));

    public override IEnumerable<Value> Reversed() => Items().Reverse();

    public override bool Contains(Value value) => value is Str part
        ? Text.Contains(part.Text, StringComparison.Ordinal)
        : throw TemplateFault.Type($"'in <string>' requires string as left operand, not {value.TypeName}");

    /// <summary>A text of the same kind.</summary>
    public Str With(string text) => new(text, IsSafe);

    public Str Change(Func<string, string> change) => With(change(Text));

    /// <summary>The code points, each a text.</summary>
    public IEnumerable<string> Points()
    {
        for (int i = 0; i < Text.Length;)
        {
            string point = At(i);
            yield return point;
            i += point.Length;
        }
    }

    private string At(int unit) => char.IsSurrogatePair(Text, unit) ? Text.Substring(unit, 2) : Text[unit].ToString();
}
