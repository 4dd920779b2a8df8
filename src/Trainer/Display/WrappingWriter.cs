using System.Text;

namespace MolEngine.Trainer.Display;

/// <summary>Writes to a terminal, with the lines that are written whole broken between words.</summary>
/// <param name="width">Tells the terminal's columns, which may change.</param>
internal sealed class WrappingWriter(TextWriter terminal, Func<int> width) : TextWriter
{
    public override Encoding Encoding => terminal.Encoding;

    public override void Write(char value) => terminal.Write(value);

    public override void Write(string? value) => terminal.Write(value);

    public override void WriteLine(string? value)
    {
        foreach (string line in (value ?? "").Split('\n'))
        {
            foreach (string row in WrappedText.Rows(line, width()))
                terminal.WriteLine(row);
        }
    }

    public override void Flush() => terminal.Flush();
}
