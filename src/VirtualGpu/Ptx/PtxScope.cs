namespace MolEngine.VirtualGpu.Ptx;

/// <summary>The registers declared between one pair of braces.</summary>
/// <param name="all">The kernel's registers, to which new ones are added.</param>
internal sealed class PtxScope(List<PtxRegister> all)
{
    private readonly Dictionary<string, PtxRegister> _registers = [];
    private readonly Dictionary<string, (int Count, PtxType Type)> _ranges = [];

    public void Declare(string name, PtxType type)
    {
        var register = new PtxRegister(name, type, all.Count);
        all.Add(register);
        _registers[name] = register;
    }

    /// <summary>
    /// NAME&lt;COUNT&gt; declares NAME0 .. NAME(COUNT - 1); an object is made when one is first named.
    /// </summary>
    public void DeclareRange(string name, int count, PtxType type) => _ranges[name] = (count, type);

    public PtxRegister? Find(string name)
    {
        if (_registers.TryGetValue(name, out PtxRegister? register))
            return register;
        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1]))
            digits--;
        bool inRange = digits < name.Length
            && _ranges.TryGetValue(name[..digits], out (int Count, PtxType Type) range)
            && int.TryParse(name.AsSpan(digits), out int number)
            && number < range.Count;
        if (!inRange)
            return null;
        Declare(name, _ranges[name[..digits]].Type);
        return _registers[name];
    }
}
