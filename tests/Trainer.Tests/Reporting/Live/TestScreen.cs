using System.Text;
using MolEngine.Trainer.Cli;
using Spectre.Console;

namespace MolEngine.Trainer.Tests.Reporting.Live;

/// <summary>
/// A terminal: what is written shows as a person would see it, with all that has scrolled away above.
/// Knows the control codes that the program may use, and fails on any other.
/// </summary>
internal sealed class TestScreen : IAnsiConsoleOutput
{
    private readonly ScreenWriter _writer;

    public TestScreen(int width, int height = 24)
    {
        (Width, Height) = (width, height);
        _writer = new ScreenWriter(width, height);
        Console = Terminal.Open(this)!;
    }

    public IAnsiConsole Console { get; }

    public TextWriter Writer => _writer;

    public bool IsTerminal => true;

    public int Width { get; private set; }

    public int Height { get; }

    /// <summary>All lines that are not empty, without spaces at their ends.</summary>
    public string[] Lines => [.. _writer.Lines.Select(l => l.ToString().TrimEnd()).Where(l => l.Length > 0)];

    /// <summary>Every character that was written, control codes too.</summary>
    public string Raw => _writer.Raw.ToString();

    /// <summary>Where the next character would go.</summary>
    public (int Line, int Column) Cursor => (_writer.Line, _writer.Column);

    /// <summary>Another number of columns: lines that the terminal has broken are broken anew.</summary>
    public void Resize(int width)
    {
        Width = width;
        _writer.Resize(width);
    }

    public void SetEncoding(Encoding encoding)
    {
    }

    private sealed class ScreenWriter(int width, int height) : TextWriter
    {
        private readonly StringBuilder _code = new();

        /// <summary>Lines that go on in the next one.</summary>
        private readonly HashSet<StringBuilder> _broken = [];

        private int _width = width;

        public override Encoding Encoding => Encoding.UTF8;

        public List<StringBuilder> Lines { get; } = [new()];

        public StringBuilder Raw { get; } = new();

        public int Line { get; private set; }

        public int Column { get; private set; }

        public override void Write(char value)
        {
            Raw.Append(value);
            if (_code.Length > 0 || value == '\e')
                AddToCode(value);
            else if (value == '\r')
                Column = 0;
            else if (value == '\n')
                MoveTo(Line + 1, 0);
            else
                Put(value);
        }

        /// <summary>The cursor stays at its character; here that is the beginning of a line.</summary>
        public void Resize(int width)
        {
            Assert.Equal(0, Column);
            _width = width;
            StringBuilder[] before = [.. Lines];
            int cursor = Line;
            Lines.Clear();
            for (int i = 0; i < before.Length; i++)
            {
                if (i == cursor)
                    Line = Lines.Count;
                StringBuilder whole = new(before[i].ToString());
                while (_broken.Remove(before[i]))
                    whole.Append(before[++i]);
                string text = whole.ToString();
                do
                {
                    Lines.Add(new(text[..Math.Min(width, text.Length)]));
                    text = text[Lines[^1].Length..];
                    if (text.Length > 0)
                        _broken.Add(Lines[^1]);
                }
                while (text.Length > 0);
            }
        }

        private void Put(char value)
        {
            if (Column == _width)
            {
                _broken.Add(Lines[Line]);
                MoveTo(Line + 1, 0);
            }

            StringBuilder line = Lines[Line];
            line.Append(' ', Math.Max(0, Column + 1 - line.Length));
            line[Column++] = value;
        }

        private void MoveTo(int line, int column)
        {
            (Line, Column) = (line, column);
            while (Lines.Count <= line)
                Lines.Add(new());
        }

        private void AddToCode(char value)
        {
            _code.Append(value);
            if (!char.IsAsciiLetter(value))
                return;
            string code = _code.ToString();
            _code.Clear();
            if (value == 'm')
                return;
            if (code == "\e[2K")
            {
                Lines[Line].Clear();
                _broken.Remove(Lines[Line]);
            }
            else if (code == "\e[1A")
                MoveTo(Math.Max(Line - 1, Math.Max(0, Lines.Count - height)), Column);
            else
                Assert.Fail($"control code {code[1..]}");
        }
    }
}
