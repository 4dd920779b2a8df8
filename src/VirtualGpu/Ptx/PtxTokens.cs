using System.Globalization;

namespace MolEngine.VirtualGpu.Ptx;

/// <summary>A cursor over the tokens of a module, with the small grammar that all parts share.</summary>
internal sealed class PtxTokens(string text)
{
    private readonly List<PtxToken> _tokens = PtxLexer.Tokens(text);
    private int _at;

    public PtxToken Current => _tokens[_at];

    public PtxToken Previous => _tokens[_at - 1];

    /// <summary>File numbers and names: .file directives may stand at the end.</summary>
    public Dictionary<int, string> Files()
    {
        var files = new Dictionary<int, string>();
        for (int i = 0; i + 2 < _tokens.Count; i++)
        {
            if (_tokens[i].IsWord(".file") && _tokens[i + 1].Kind == PtxTokenKind.Number
                && int.TryParse(_tokens[i + 1].Text, out int number))
            {
                files[number] = _tokens[i + 2].Text;
            }
        }

        return files;
    }

    public PtxToken Take()
    {
        PtxToken token = _tokens[_at];
        if (token.Kind != PtxTokenKind.End)
            _at++;
        return token;
    }

    public bool TryTake(char mark)
    {
        if (!Current.Is(mark))
            return false;
        _at++;
        return true;
    }

    public bool TryTakeWord(string word)
    {
        if (!Current.IsWord(word))
            return false;
        _at++;
        return true;
    }

    public void Expect(char mark, string where)
    {
        if (!TryTake(mark))
            throw Unexpected(where, $"'{mark}'");
    }

    public string Word(string where)
    {
        if (Current.Kind != PtxTokenKind.Word)
            throw Unexpected(where, "a name");
        return Take().Text;
    }

    public int Count(string where)
    {
        long value = Integer(where);
        return value is >= 0 and <= int.MaxValue
            ? (int)value
            : throw new PtxException(Previous.Line, $"{where}: expected 0 to {int.MaxValue}, got {value}");
    }

    public long Integer(string where)
    {
        bool negative = TryTake('-');
        if (Current.Kind != PtxTokenKind.Number || Float(Current.Text) is not null)
            throw Unexpected(where, "an integer");
        ulong bits = IntegerBits(Take());
        return negative ? -(long)bits : (long)bits;
    }

    /// <summary>An integer or float with its sign, or null where the cursor stands at neither.</summary>
    public PtxOperand.Immediate? TryImmediate()
    {
        bool negative = Current.Is('-') && _tokens[_at + 1].Kind == PtxTokenKind.Number;
        if (!negative && Current.Kind != PtxTokenKind.Number)
            return null;
        if (negative)
            _at++;
        PtxToken token = Take();
        if (Float(token.Text) is not { } value)
        {
            ulong bits = IntegerBits(token);
            return new PtxOperand.Immediate(negative ? (ulong)-(long)bits : bits, null);
        }

        if (negative)
            value = value with { Bits = value.Bits ^ (value.Float == PtxType.F32 ? 1UL << 31 : 1UL << 63) };
        return value;
    }

    public void SkipPast(char mark)
    {
        while (!Current.Is(mark))
        {
            if (Current.Kind == PtxTokenKind.End)
                throw Unexpected("statement", $"'{mark}'");
            _at++;
        }

        _at++;
    }

    /// <summary>Skips the text between braces, nested ones included; the cursor stands at the opening one.</summary>
    public void SkipBraces(string where)
    {
        Expect('{', where);
        for (int depth = 1; depth > 0;)
        {
            PtxToken token = Take();
            if (token.Kind == PtxTokenKind.End)
                throw Unexpected(where, "'}'");
            depth += token.Is('{') ? 1 : token.Is('}') ? -1 : 0;
        }
    }

    public PtxException Unexpected(string where, string expected)
    {
        string got = Current.Kind == PtxTokenKind.End ? "the end of the text" : $"'{Current.Text}'";
        return new PtxException(Current.Line, $"{where}: expected {expected}, got {got}");
    }

    private static ulong IntegerBits(PtxToken token)
    {
        string digits = token.Text.TrimEnd('U');
        bool hex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool ok = ulong.TryParse(
            hex ? digits.AsSpan(2) : digits,
            hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out ulong bits);
        return ok ? bits : throw new PtxException(token.Line, $"number: expected an integer, got '{token.Text}'");
    }

    /// <summary>0fXXXXXXXX, 0dXXXXXXXXXXXXXXXX or a decimal with a point; null for an integer.</summary>
    private static PtxOperand.Immediate? Float(string text)
    {
        if (text.Length == 10 && text[0] == '0' && text[1] is 'f' or 'F'
            && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, null, out uint single))
        {
            return new PtxOperand.Immediate(single, PtxType.F32);
        }

        if (text.Length == 18 && text[0] == '0' && text[1] is 'd' or 'D'
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, null, out ulong whole))
        {
            return new PtxOperand.Immediate(whole, PtxType.F64);
        }

        bool isDecimal = text.Contains('.')
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
        if (!isDecimal)
            return null;
        double value = double.Parse(text);
        return new PtxOperand.Immediate(BitConverter.DoubleToUInt64Bits(value), PtxType.F64);
    }
}
