using System.Globalization;
using System.Text;
using MolEngine.Engine.Tokenization;
using MolEngine.UnicodeTables;

const string Usage = """
    Makes and checks the normalisation table of the tokenizer (src/Engine/Tokenization/nfc.txt) with this machine's ICU.

      dotnet run --project tools/UnicodeTables -- generate > src/Engine/Tokenization/nfc.txt
      dotnet run --project tools/UnicodeTables -- check      compares the engine's four forms with ICU's
      dotnet run --project tools/UnicodeTables -- digests    the digests that NfcTokenizerTests holds, from ICU's forms
    """;

if ("A\u0301".Normalize(NormalizationForm.FormC) != "\u00C1")
{
    Console.Error.WriteLine(
        "UnicodeTables: .NET found no ICU: expected string.Normalize to compose, got it unchanged. Install libicu.");
    return 3;
}

(UnicodeForm, NormalizationForm)[] forms =
[
    (UnicodeForm.Nfc, NormalizationForm.FormC), (UnicodeForm.Nfd, NormalizationForm.FormD),
    (UnicodeForm.Nfkc, NormalizationForm.FormKC), (UnicodeForm.Nfkd, NormalizationForm.FormKD),
];
switch (args.FirstOrDefault())
{
    case "generate":
        NfcTable.Write(Console.Out, CultureInfo.InvariantCulture.CompareInfo.Version.FullVersion);
        return 0;
    case "digests":
        foreach ((string name, IEnumerable<string> texts) in NormalizationSamples.All)
        {
            foreach ((UnicodeForm form, NormalizationForm icu) in forms)
                Console.WriteLine($"{name} {form} {NormalizationSamples.Digest(texts, s => s.Normalize(icu))}");
        }

        return 0;
    case "check":
        int wrong = 0;
        foreach (string text in NormalizationSamples.All.SelectMany(g => g.Texts))
        {
            foreach ((UnicodeForm form, NormalizationForm icu) in forms)
            {
                string expected = text.Normalize(icu), got = UnicodeForms.Normalize(text, form);
                if (expected != got && wrong++ < 20)
                    Console.Error.WriteLine($"{form} of {Show(text)}: ICU {Show(expected)}, engine {Show(got)}");
            }
        }

        Console.WriteLine($"{wrong} differences");
        return wrong == 0 ? 0 : 1;
    default:
        Console.WriteLine(Usage);
        return 2;
}

static string Show(string text) => string.Join(' ', text.EnumerateRunes().Select(r => r.Value.ToString("X4")));
