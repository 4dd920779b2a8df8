namespace MolEngine.VirtualGpu.Ptx;

/// <summary>
/// A kernel's body: registers, variables, labels, line information and instructions, in nested scopes.
/// </summary>
internal sealed class PtxBodyParser(string text, PtxTokens tokens, Dictionary<int, string> files, string kernel)
{
    private readonly List<PtxScope> _scopes = [];
    private readonly List<PtxRegister> _registers = [];
    private readonly List<PtxVariable> _variables = [];
    private readonly List<PtxInstruction> _instructions = [];
    private readonly Dictionary<string, int> _labels = [];
    private SourceLine _source;

    public IReadOnlyList<PtxRegister> Registers => _registers;

    public IReadOnlyList<PtxVariable> Variables => _variables;

    public IReadOnlyList<PtxInstruction> Instructions => _instructions;

    public IReadOnlyDictionary<string, int> Labels => _labels;

    private string Where => $"kernel {kernel}";

    public void Parse()
    {
        tokens.Expect('{', Where);
        _scopes.Add(new PtxScope(_registers));
        while (_scopes.Count > 0)
            Statement();
    }

    private void Statement()
    {
        if (tokens.TryTake('{'))
        {
            _scopes.Add(new PtxScope(_registers));
        }
        else if (tokens.TryTake('}'))
        {
            _scopes.RemoveAt(_scopes.Count - 1);
        }
        else if (tokens.TryTake(';'))
        {
            // An empty statement, as inline assembly leaves.
        }
        else if (tokens.Current.Is('@'))
        {
            Instruction();
        }
        else
        {
            WordStatement();
        }
    }

    private void WordStatement()
    {
        PtxToken token = tokens.Current;
        if (token.Kind != PtxTokenKind.Word)
            throw tokens.Unexpected(Where, "a statement");
        if (token.Text[0] != '.')
        {
            Instruction();
            return;
        }

        tokens.Take();
        switch (token.Text)
        {
            case ".reg":
                RegisterDeclaration();
                break;
            case ".shared" or ".local":
                _variables.AddRange(PtxVariableParser.Parse(tokens, token.Text, isExtern: false));
                break;
            case ".loc":
                Location();
                break;
            case ".pragma":
                tokens.SkipPast(';');
                break;
            case ".param":
                throw new PtxException(
                    token.Line, $"{Where}: a call of a function is not supported. Inline it (__forceinline__).");
            default:
                throw new PtxException(token.Line,
                    $"{Where}: the virtual GPU does not know the directive '{token.Text}'");
        }
    }

    /// <summary>.loc FILE LINE COLUMN, the place of an inlined function's text where there is one.</summary>
    private void Location()
    {
        int file = tokens.Count(".loc");
        int line = tokens.Count(".loc");
        tokens.Count(".loc");
        // Line 0 marks what the compiler made for no line in particular: it stays with the line before.
        if (line > 0)
            _source = new SourceLine(files.GetValueOrDefault(file), line);
        while (tokens.TryTake(','))
        {
            string word = tokens.Word(".loc");
            if (word == "function_name")
            {
                tokens.Word(word);
                if (tokens.TryTake('+'))
                    tokens.Integer(word);
            }
            else if (word == "inlined_at")
            {
                tokens.Count(word);
                tokens.Count(word);
                tokens.Count(word);
            }
            else
            {
                throw new PtxException(tokens.Previous.Line, $".loc: unknown attribute '{word}'");
            }
        }
    }

    private void RegisterDeclaration()
    {
        int line = tokens.Current.Line;
        string name = tokens.Word(".reg");
        if (!PtxTypes.TryParse(name.TrimStart('.'), out PtxType type))
            throw new PtxException(line, $".reg: the virtual GPU has no registers of type '{name}'");
        do
        {
            string register = tokens.Word(".reg");
            if (tokens.TryTake('<'))
            {
                _scopes[^1].DeclareRange(register, tokens.Count(".reg"), type);
                tokens.Expect('>', ".reg");
            }
            else
            {
                _scopes[^1].Declare(register, type);
            }
        }
        while (tokens.TryTake(','));
        tokens.Expect(';', ".reg");
    }

    private void Instruction()
    {
        PtxToken first = tokens.Current;
        PtxOperand.Register? guard = null;
        if (tokens.TryTake('@'))
        {
            bool negated = tokens.TryTake('!');
            string name = tokens.Word("guard");
            guard = Find(name) is { IsPredicate: true } predicate
                ? new PtxOperand.Register(predicate, negated)
                : throw new PtxException(first.Line, $"guard: expected a predicate register, got '{name}'");
        }

        string opcode = tokens.Word(Where);
        if (guard is null && tokens.TryTake(':'))
        {
            if (!_labels.TryAdd(opcode, _instructions.Count))
                throw new PtxException(first.Line, $"{Where}: two labels are named {opcode}");
            return;
        }

        var operands = new List<PtxOperand>();
        while (!tokens.TryTake(';'))
        {
            if (operands.Count > 0)
                tokens.Expect(',', opcode);
            operands.Add(Operand(opcode));
        }

        _instructions.Add(new PtxInstruction
        {
            Guard = guard,
            Opcode = opcode,
            Operands = operands,
            Text = Collapse(text[first.Start..tokens.Previous.Start]),
            Line = first.Line,
            Source = _source,
        });
    }

    private PtxOperand Operand(string opcode)
    {
        PtxOperand operand;
        if (tokens.TryTake('{'))
        {
            operand = Elements(opcode, '}');
        }
        else if (tokens.TryTake('('))
        {
            operand = Elements(opcode, ')');
        }
        else if (tokens.TryTake('['))
        {
            PtxOperand start = Simple(opcode);
            long offset = Offset(opcode);
            tokens.Expect(']', opcode);
            operand = new PtxOperand.Address(start, offset);
        }
        else
        {
            operand = Simple(opcode);
        }

        return tokens.TryTake('|') ? new PtxOperand.Pair(operand, Simple(opcode)) : operand;
    }

    private PtxOperand.Vector Elements(string opcode, char close)
    {
        var elements = new List<PtxOperand>();
        while (!tokens.TryTake(close))
        {
            if (elements.Count > 0)
                tokens.Expect(',', opcode);
            elements.Add(Simple(opcode));
        }

        return new PtxOperand.Vector(elements);
    }

    private PtxOperand Simple(string opcode)
    {
        if (tokens.TryImmediate() is { } immediate)
            return immediate;
        bool negated = tokens.TryTake('!');
        int line = tokens.Current.Line;
        string name = tokens.Word(opcode);
        if (name == "_")
            return new PtxOperand.Sink();
        if (Find(name) is { } register)
            return new PtxOperand.Register(register, negated);
        if (negated)
            throw new PtxException(line, $"{opcode}: expected a predicate register after '!', got '{name}'");
        if (name[0] == '%')
            return new PtxOperand.Special(name);
        return new PtxOperand.Symbol(name, tokens.Current.Is('+') ? Offset(opcode) : 0);
    }

    private long Offset(string opcode) => tokens.TryTake('+') ? tokens.Integer(opcode) : 0;

    private PtxRegister? Find(string name)
    {
        for (int i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].Find(name) is { } register)
                return register;
        }

        return null;
    }

    private static string Collapse(string raw) =>
        string.Join(' ', raw.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
