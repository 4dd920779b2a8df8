namespace MolEngine.VirtualGpu.Ptx;

/// <summary>
/// Recursive descent over a module: directives and variables. Bodies of kernels are read by <see
/// cref="PtxBodyParser"/>.
/// </summary>
internal sealed class PtxParser
{
    private static readonly HashSet<string> Linkage = [".visible", ".extern", ".weak", ".common"];

    private readonly string _text;
    private readonly PtxTokens _tokens;
    private readonly Dictionary<int, string> _files;
    private readonly List<PtxVariable> _variables = [];
    private readonly List<PtxEntry> _entries = [];
    private Version? _version;
    private int? _target;

    public PtxParser(string text)
    {
        _text = text;
        _tokens = new PtxTokens(text);
        _files = _tokens.Files();
    }

    /// <exception cref="PtxException">Malformed or unsupported PTX.</exception>
    public PtxModule Parse()
    {
        while (_tokens.Current.Kind != PtxTokenKind.End)
            TopLevel();
        return new PtxModule
        {
            Version = _version ?? throw new PtxException(1, "module: expected a .version directive, got none"),
            Target = _target ?? throw new PtxException(1, "module: expected a .target directive, got none"),
            Variables = _variables,
            Entries = _entries,
        };
    }

    private void TopLevel()
    {
        int line = _tokens.Current.Line;
        string word = _tokens.Word("module");
        bool isExtern = false;
        while (Linkage.Contains(word))
        {
            isExtern |= word == ".extern";
            word = _tokens.Word("module");
        }

        switch (word)
        {
            case ".version":
                Version(line);
                break;
            case ".target":
                Target(line);
                break;
            case ".address_size":
                if (_tokens.Integer(word) != 64)
                    throw new PtxException(line, $"{word}: expected 64, got {_tokens.Previous.Text}");
                break;
            case ".file":
                File();
                break;
            case ".section":
                _tokens.Word(word);
                _tokens.SkipBraces(word);
                break;
            case ".pragma":
                _tokens.SkipPast(';');
                break;
            case ".entry":
                Entry(line);
                break;
            case ".func":
                Function();
                break;
            case ".global" or ".const" or ".shared":
                _variables.AddRange(PtxVariableParser.Parse(_tokens, word, isExtern));
                break;
            default:
                throw new PtxException(line, $"directive: the virtual GPU does not know '{word}' here");
        }
    }

    private void Version(int line)
    {
        string text = _tokens.Take().Text;
        _version = System.Version.TryParse(text, out Version? version)
            ? version
            : throw new PtxException(line, $".version: expected MAJOR.MINOR, got '{text}'");
    }

    private void Target(int line)
    {
        string text = _tokens.Word(".target");
        bool ok = text.StartsWith("sm_", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(3).TrimEnd('a'), out int target)
            && (_target = target) > 0;
        if (!ok)
            throw new PtxException(line, $".target: expected sm_NN, got '{text}'");
        while (_tokens.TryTake(','))
        {
            string option = _tokens.Word(".target");
            if (option != "debug")
                throw new PtxException(line, $".target: expected no option but debug, got '{option}'");
        }
    }

    private void File()
    {
        _tokens.Integer(".file");
        _tokens.Take();
        while (_tokens.TryTake(','))
            _tokens.Integer(".file");
    }

    /// <summary>Functions are skipped: a kernel that calls one is refused where it calls.</summary>
    private void Function()
    {
        while (!_tokens.Current.Is('{') && !_tokens.Current.Is(';'))
        {
            if (_tokens.Take().Kind == PtxTokenKind.End)
                throw _tokens.Unexpected(".func", "'{' or ';'");
        }

        if (!_tokens.TryTake(';'))
            _tokens.SkipBraces(".func");
    }

    private void Entry(int line)
    {
        string name = _tokens.Word(".entry");
        if (_entries.Any(e => e.Name == name))
            throw new PtxException(line, $".entry: two kernels are named {name}");
        List<PtxVariable> parameters = Parameters(name);
        int? most = null;
        (int X, int Y, int Z)? required = null;
        while (!_tokens.Current.Is('{'))
        {
            string directive = _tokens.Word($"kernel {name}");
            if (directive is not (".maxntid" or ".reqntid" or ".minnctapersm" or ".maxnreg"))
                throw new PtxException(_tokens.Previous.Line, $"kernel {name}: unknown directive '{directive}'");
            (int X, int Y, int Z) numbers = UpToThree(directive);
            if (directive is ".maxntid" or ".reqntid")
                most = checked(numbers.X * numbers.Y * numbers.Z);
            if (directive == ".reqntid")
                required = numbers;
        }

        var body = new PtxBodyParser(_text, _tokens, _files, name);
        body.Parse();
        _entries.Add(new PtxEntry
        {
            Name = name,
            Line = line,
            Parameters = parameters,
            Variables = body.Variables,
            Registers = body.Registers,
            Instructions = body.Instructions,
            Labels = body.Labels,
            MaxThreads = most,
            RequiredThreads = required,
        });
    }

    private (int X, int Y, int Z) UpToThree(string where)
    {
        int x = _tokens.Count(where);
        int y = _tokens.TryTake(',') ? _tokens.Count(where) : 1;
        int z = _tokens.TryTake(',') ? _tokens.Count(where) : 1;
        return (x, y, z);
    }

    /// <summary>Each parameter lies at the next multiple of its alignment, as the driver lays them out.</summary>
    private List<PtxVariable> Parameters(string kernel)
    {
        var parameters = new List<PtxVariable>();
        if (!_tokens.TryTake('('))
            return parameters;
        while (!_tokens.TryTake(')'))
        {
            if (parameters.Count > 0)
                _tokens.Expect(',', $"parameters of {kernel}");
            if (!_tokens.TryTakeWord(".param"))
                throw _tokens.Unexpected($"parameters of {kernel}", ".param");
            parameters.Add(PtxVariableParser.Declarator(_tokens, StateSpace.Param, false));
        }

        return parameters;
    }
}
