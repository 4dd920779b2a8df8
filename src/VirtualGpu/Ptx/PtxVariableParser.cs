using System.Buffers.Binary;

namespace MolEngine.VirtualGpu.Ptx;

/// <summary>Declarations of variables: .align, type, name, dimensions and initialiser.</summary>
internal static class PtxVariableParser
{
    /// <summary>Everything up to the semicolon; the cursor stands behind the space's word.</summary>
    public static List<PtxVariable> Parse(PtxTokens tokens, string space, bool isExtern)
    {
        StateSpace state = space switch
        {
            ".global" => StateSpace.Global,
            ".const" => StateSpace.Const,
            ".shared" => StateSpace.Shared,
            _ => StateSpace.Local,
        };
        PtxVariable variable = Declarator(tokens, state, isExtern);
        if (tokens.Current.Is(','))
            throw tokens.Unexpected($"variable {variable.Name}", "';' (one variable for each declaration)");
        if (tokens.TryTake('='))
            variable = Initialised(tokens, variable);
        tokens.Expect(';', $"variable {variable.Name}");
        return [variable];
    }

    public static PtxVariable Declarator(PtxTokens tokens, StateSpace space, bool isExtern)
    {
        int? align = null;
        PtxType? type = null;
        while (tokens.Current.Kind == PtxTokenKind.Word && tokens.Current.Text[0] == '.')
        {
            int line = tokens.Current.Line;
            string word = tokens.Take().Text;
            if (word == ".align")
                align = tokens.Count(word);
            else if (word is ".ptr" or ".global" or ".shared" or ".const" or ".local")
                continue;
            else if (PtxTypes.TryParse(word[1..], out PtxType parsed))
                type ??= parsed;
            else
                throw new PtxException(line, $"variable: the virtual GPU does not know '{word}' here");
        }

        if (type is not { } element)
            throw tokens.Unexpected("variable", "a type");
        string name = tokens.Word("variable");
        long count = 1;
        bool isDynamic = false;
        while (tokens.TryTake('['))
        {
            if (tokens.Current.Is(']'))
                isDynamic = true;
            else
                count = checked(count * tokens.Count($"variable {name}"));
            tokens.Expect(']', $"variable {name}");
        }

        if (isExtern && !(space == StateSpace.Shared && isDynamic))
            throw new PtxException(tokens.Previous.Line, $"variable {name}: only shared memory may be extern");
        return new PtxVariable(name, space, align ?? element.Size(), isDynamic ? 0 : count * element.Size())
        {
            ElementSize = element.Size(),
            IsDynamic = isDynamic,
        };
    }

    private static PtxVariable Initialised(PtxTokens tokens, PtxVariable variable)
    {
        var bytes = new byte[variable.Size];
        var references = new List<(long, string, long)>();
        if (!tokens.TryTake('{'))
        {
            Element(tokens, variable, bytes, 0, references, (int)variable.Size);
        }
        else
        {
            int at = 0;
            while (!tokens.TryTake('}'))
            {
                if (at > 0)
                    tokens.Expect(',', $"variable {variable.Name}");
                Element(tokens, variable, bytes, at, references, variable.ElementSize);
                at += variable.ElementSize;
            }
        }

        return variable with { Initial = bytes, References = references };
    }

    private static void Element(
        PtxTokens tokens, PtxVariable variable, byte[] bytes, int at, List<(long, string, long)> references, int size)
    {
        if (at + size > bytes.Length)
            throw tokens.Unexpected($"variable {variable.Name}", $"at most {bytes.Length} bytes of values");
        Span<byte> whole = stackalloc byte[8];
        if (tokens.TryImmediate() is { } value)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole, value.Bits);
            whole[..size].CopyTo(bytes.AsSpan(at));
            return;
        }

        // generic(NAME) + OFFSET, or the offset inside.
        string name = tokens.Word($"variable {variable.Name}");
        bool isGeneric = name == "generic" && tokens.TryTake('(');
        if (isGeneric)
            name = tokens.Word("generic");
        long added = Offset(tokens, name);
        if (isGeneric)
            tokens.Expect(')', "generic");
        added += Offset(tokens, name);
        references.Add((at, name, added));
    }

    private static long Offset(PtxTokens tokens, string name) => tokens.TryTake('+') ? tokens.Integer(name) : 0;
}
